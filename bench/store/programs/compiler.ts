// The TypeScript compiler at work: the rooms of this repository checked and emitted one after the other.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

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

/** Once through; `breathe` is called between two files. */
export async function compileRooms(breathe: () => Promise<void>, rooms: readonly string[] = ROOMS): Promise<void> {
  for (const room of rooms) await compile(room, breathe);
}

async function compile(room: string, breathe: () => Promise<void>): Promise<void> {
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
