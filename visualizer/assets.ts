// The page's script and style sheet from memory, compressed when they were built: they wait neither for the disk nor
// behind an answer that is being made, and cost nothing however often they are asked for.
import type { Router } from 'express';
import express from 'express';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../page/', import.meta.url);
const NAMES = ['page.js', 'page.css'];

export function assetsApp(): Router {
  const router = express.Router();
  for (const name of NAMES) {
    const [plain, small] = [name, `${name}.br`].map((file) => readFileSync(new URL(file, FOLDER)));
    router.get(`/${name}`, (request, response) => {
      response.type(name).vary('accept-encoding');
      if (request.acceptsEncodings('br') === 'br') response.set('content-encoding', 'br').send(small);
      else response.send(plain);
    });
  }
  // Licences, and a word about what is not there.
  router.use(express.static(fileURLToPath(FOLDER), { index: false, fallthrough: false }));
  return router;
}
