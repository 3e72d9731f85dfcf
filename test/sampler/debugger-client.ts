// A debugger, over its own WebSocket: profiles, halts, ends profiles of its own and of the sampler's, and breaks off
// with one open.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly title?: string };
  readonly result?: { readonly profile?: { readonly samples?: readonly number[] } };
  readonly error?: { readonly message: string };
}

const socket = new WebSocket(process.argv[2] ?? '');
await once(socket as unknown as EventTarget, 'open');
const waiting = new Map<number, (message: Message) => void>();
const events: Message[] = [];
socket.addEventListener('message', ({ data }) => {
  const message = JSON.parse(String(data)) as Message;
  if (message.id === undefined) events.push(message);
  else waiting.get(message.id)?.(message);
});

let calls = 0;
async function call(method: string, params: object = {}): Promise<NonNullable<Message['result']>> {
  const id = ++calls;
  const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
  socket.send(JSON.stringify({ id, method, params }));
  const { result, error } = await answer;
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result ?? {};
}

async function event(matches: (message: Message) => boolean): Promise<Message> {
  for (;;) {
    const found = events.find(matches);
    if (found !== undefined) return found;
    await pause(5);
  }
}

await call('Profiler.enable');
await call('Profiler.start');
await pause(700);
const { profile } = await call('Profiler.stop');

await call('Debugger.enable');
await call('Debugger.pause');
await event(({ method }) => method === 'Debugger.paused');
const haltMs = performance.now();
await pause(1200);
await call('Debugger.resume');
const haltedMs = performance.now() - haltMs;

const evaluate = (expression: string) => call('Runtime.evaluate', { expression });
await evaluate('console.profile("theirs")');
await pause(100);
await evaluate('console.profileEnd("theirs")');
// A profile is open for some hundred ms: of three that are ended at once, a slow machine does not miss all.
for (let times = 0; times < 3; times++) {
  events.length = 0;
  const { params } = await event(({ method, params: { title = '' } = {} }) => method === 'Profiler.consoleProfileStarted' && title.startsWith('liveprofiler '));
  await evaluate(`console.profileEnd(${JSON.stringify(params?.title)})`);
}
await call('Profiler.disable');
await call('Profiler.enable');
await call('Profiler.start');
await evaluate('console.profile("left open")');
process.stdout.write(JSON.stringify({ samples: profile?.samples?.length, haltedMs }), () => process.exit());
