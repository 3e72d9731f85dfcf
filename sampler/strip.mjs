// Takes comments, indentation, needless semicolons and line breaks beside braces out of the sampler's compiled code: it is
// what people install in production. Names and statements stay on lines of their own, so stack traces are of use; the
// docstrings are in the .d.ts files, which keep them. Texts over several lines are code as well.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const folder = fileURLToPath(new URL('dist/', import.meta.url));
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.js') && !name.endsWith('.d.ts')) continue;
  const source = readFileSync(folder + name, 'utf8');
  const code = name.endsWith('.js') ? transformSync(source, { format: 'esm', target: 'es2022', legalComments: 'none', charset: 'utf8' }).code : source;
  const short = code.replace(/^[ \t]+|\/\* @__PURE__ \*\/ |;?\n[ \t]*(?=\})|(?<=\{)\n[ \t]*/gm, '');
  if (short !== source) writeFileSync(folder + name, short);
}
