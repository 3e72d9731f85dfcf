// The TypeScript compiler at work: the rooms of this repository checked and emitted one after the other, for ever.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { breathe, sampled } from './sampled.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const ROOMS = ['collector', 'visualizer', 'cli', 'example', 'sampler'];
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  outDir: join(ROOT, 'nowhere'),
};

await sampled('typescript');
for (;;) for (const room of ROOMS) await compile(room);

async function compile(room: string): Promise<void> {
  const files = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(?:^|\/)(?:node_modules|dist|page)\//.test(file))
    .map((file) => join(ROOT, room, file));
  const program = ts.createProgram(files, OPTIONS);
  for (const file of files) {
    await breathe();
    const source = program.getSourceFile(file);
    if (source === undefined) continue;
    program.getSyntacticDiagnostics(source);
    program.getSemanticDiagnostics(source);
    program.emit(source, () => undefined);
  }
}
