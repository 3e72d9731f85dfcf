// Ranges that are kept in full for as long as somebody wants.
import { randomUUID } from 'node:crypto';
import type { Pin, Range } from '../contract.ts';
import { StoreError } from '../errors.ts';
import { under } from '../key-parts.ts';
import { pinKey, SPACE } from '../keys.ts';
import type { Database } from './database.ts';

const MAX_NOTE = 1000;

export async function readPins(db: Database): Promise<Pin[]> {
  const pins: Pin[] = [];
  for await (const entries of db.batches(under(Buffer.from([SPACE.pin])))) for (const [, value] of entries) pins.push(JSON.parse(value.toString('utf8')) as Pin);
  return pins.sort((a, b) => a.fromMs - b.fromMs || (a.id < b.id ? -1 : 1));
}

/** @throws StoreError STORE_BAD_REQUEST for a range that is none, or a note of more than 1,000 characters. */
export async function writePin(db: Database, { fromMs, untilMs }: Range, note: string): Promise<Pin> {
  if (!(fromMs < untilMs) || !Number.isFinite(untilMs - fromMs)) throw new StoreError('STORE_BAD_REQUEST', `The range from ${fromMs} to ${untilMs} is not one: it must end after it starts.`);
  if (note.length > MAX_NOTE) throw new StoreError('STORE_BAD_REQUEST', `The note has ${note.length} characters; ${MAX_NOTE} are allowed.`);
  const pin: Pin = { id: randomUUID().slice(0, 8), fromMs, untilMs, note };
  await db.write([{ type: 'put', key: pinKey(pin.id), value: Buffer.from(JSON.stringify(pin)) }]);
  return pin;
}

export async function deletePin(db: Database, id: string): Promise<boolean> {
  if ((await db.get(pinKey(id))) === undefined) return false;
  await db.write([{ type: 'del', key: pinKey(id) }]);
  return true;
}
