// Pages rendered on the server, in a process full of compiled code: every page shows a listing that the TypeScript
// compiler has parsed and printed, and the compiler has been at work before.
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import express from 'express';
import ts from 'typescript';
import { compileRooms } from '../../store/programs/compiler.ts';
import { renderPage } from '../../store/programs/pages.ts';

export async function service(): Promise<Server> {
  await compileRooms(() => Promise.resolve(), ['example']);
  const app = express();
  app.get('/page/:number', (request, response) => {
    const page = Number(request.params.number);
    response.type('html').send(`${renderPage(page)}<pre>${listing(page)}</pre>`);
  });
  return createServer(app);
}

function listing(page: number): string {
  const source = `export function f${page}<T extends { a: number }>(x: T): number { const y = [x.a, ${page}].map((v) => v * 2); return y.reduce((s, v) => s + v, 0); }`;
  return ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2020 } }).outputText;
}
