// Bundles the page: one script and one style sheet in dist/page, from this origin alone, and compresses them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [{ in: here('page/main.ts'), out: 'page' }],
  outdir: here('../dist/page'),
  bundle: true,
  minify: true,
  // d3-flame-graph asks `data.constructor.name !== "Node"`: a shortened name would lay every tree out twice.
  keepNames: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'linked',
  logLevel: 'warning',
});

for (const name of ['page.js', 'page.css']) {
  const path = here(`../dist/page/${name}`);
  writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
}
