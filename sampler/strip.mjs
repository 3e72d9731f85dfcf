// Takes comments, indentation, needless semicolons, spaces beside signs and line breaks beside braces out of the sampler's
// compiled code: it is what people install in production. Names stay, and lines do not grow long, so stack traces are of
// use; the docstrings are in the .d.ts files, which keep them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

/** Its text over several lines is a program as well. */
const PROGRAM_IN_TEXT = 'worker-bring.js';

const TEXT_OR_SIGN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`| (=>|=|===|!==|&&|\|\||\?\?|\?|:) |(,) /g;

const folder = fileURLToPath(new URL('dist/', import.meta.url));
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.js') && !name.endsWith('.d.ts')) continue;
  const source = readFileSync(folder + name, 'utf8');
  const short = name.endsWith('.js') ? shortCode(name, source) : withoutIndentation(source);
  if (short !== source) writeFileSync(folder + name, short);
}

function shortCode(name, source) {
  const code = transformSync(source, { format: 'esm', target: 'es2022', legalComments: 'none', charset: 'utf8' }).code;
  const short = withoutIndentation(code).replace(TEXT_OR_SIGN, (text, sign, comma) => sign ?? comma ?? text);
  if (name !== PROGRAM_IN_TEXT && minified(short) !== minified(code)) throw new Error(`${name} would be another program`);
  return short;
}

function withoutIndentation(code) {
  return code.replace(/^[ \t]+|\/\* @__PURE__ \*\/ |;?\n[ \t]*(?=\})|(?<=\{)\n[ \t]*/gm, '');
}

function minified(code) {
  return transformSync(code, { minify: true, legalComments: 'none' }).code;
}
