// What the server answers to pages, scripts and the ancestors' clients.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AncestorNode } from '../../visualizer/ancestor-tree.ts';
import type { ErrorAnswer, FlameAnswer, FlameNode, HostAnswer, SharesAnswer, TimelineAnswer, TopAnswer, TopGroup } from '../../visualizer/api.ts';
import type { Store } from '../../collector/store/index.ts';
import { get, hostStatus, post, serve } from './server.ts';
import { SAMPLE_US, windowOf } from './windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const MINUTE_MS = 60_000;
const wallMs = (): number => NOW_MS;

const EARLY = windowOf({ seq: 1, startMs: NOW_MS - 60 * MINUTE_MS, stacks: { 'main /app/main.js:1 < early /app/old.js:3': 40 } });
const LATE = windowOf({ seq: 2, startMs: NOW_MS - 2 * MINUTE_MS, stacks: { 'main /app/main.js:1 < late /app/new.js:7': 90, 'main /app/main.js:1': 9, '(garbage collector)': 1 } });
const windows = [EARLY, LATE];

test('the ancestors’ tree counts the samples of the range that was asked for', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  const names = async (query: string): Promise<string[]> => {
    const { status, body } = await get(port, `/profile/web/?${query}`);
    assert.equal(status, 200, body);
    return walk(JSON.parse(body) as AncestorNode).map(({ name, value }) => `${name} ${value}`);
  };
  const late = ['root 100', 'main(/app/main.js:1) 99', 'late(/app/new.js:7) 90', '(garbage collector) 1'];
  const early = ['root 40', 'main(/app/main.js:1) 40', 'early(/app/old.js:3) 40'];
  assert.deepEqual((await names('from=-15minutes')).sort(), [...late].sort());
  assert.deepEqual(await names('from=-70minutes&until=-50minutes'), early);
  assert.deepEqual(await names(`from=${NOW_MS / 1000 - 4000}&until=${NOW_MS / 1000 - 3000}`), early);
  assert.deepEqual(await names('from=2026-11-20T10:50:00Z&until=2026-11-20T11:10:00Z'), early);
  assert.ok((await names('from=-70minutes'))[0] === 'root 140');
  assert.deepEqual(await names('from=-30minutes&until=-20minutes'), ['root 0']);
});

test('time, idle and threshold are what the query says', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  const tree = async (query: string): Promise<AncestorNode> => (await get(port, `/profile/web/?from=-15minutes${query}`)).json() as AncestorNode;
  assert.equal((await tree('&weight=us')).value, 100 * SAMPLE_US);
  assert.ok(!walk(await tree('')).some(({ name }) => name === '(idle)'));
  const withIdle = await tree('&idle=1');
  assert.equal(withIdle.value, 1000);
  assert.equal(withIdle.children.find(({ name }) => name === '(idle)')?.value, 900);
  assert.equal((await tree('&idle=1&weight=us')).value, 10_000_000);
  assert.deepEqual(walk(await tree('&threshold=0.01')).map(({ name }) => name), ['root', 'main(/app/main.js:1)', 'late(/app/new.js:7)']);
  assert.deepEqual(walk(await tree('&threshold=0.9')).map(({ name }) => name), ['root', 'main(/app/main.js:1)']);
});

test('shares tell for whom it ran, those for nobody too, and add up to all that was busy', async (t) => {
  const ranFor = { sell: { route: '/orders' }, show: { route: '/', plan: 'pro' }, more: { route: '/orders', plan: 'free' } };
  const labelled = windowOf({ seq: 1, startMs: NOW_MS - 2 * MINUTE_MS, labels: { service: 'shop', version: '1' }, stacks: { sell: 300, show: 100, more: 50, tick: 25 }, ranFor });
  const other = windowOf({ host: 'web-2', boot: 'boot-b', seq: 1, startMs: NOW_MS - 2 * MINUTE_MS, labels: { service: 'shop', version: '2' }, stacks: { old: 25 } });
  const { port } = await serve(t, { hosts: [hostStatus({}), hostStatus({ host: 'web-2' })], windows: [labelled, other], wallMs });
  const shares = async (query: string): Promise<unknown[]> => {
    const { by, busyUs, values, others } = (await get(port, `/api/shares?${query}`)).json() as SharesAnswer;
    assert.equal(values.reduce((sum, value) => sum + value.busyUs, others?.busyUs ?? 0), busyUs);
    return [by, busyUs / SAMPLE_US, values.map(({ name, busyUs: us }) => [name, us / SAMPLE_US]), others];
  };
  assert.deepEqual(await shares('by=route'), ['route', 500, [['/orders', 350], ['/', 100], ['', 50]], undefined]);
  assert.deepEqual(await shares('by=route&label.plan=free'), ['route', 50, [['/orders', 50]], undefined]);
  assert.deepEqual(await shares('by=version'), ['version', 500, [['1', 475], ['2', 25]], undefined]);
  assert.deepEqual(await shares('by=host&limit=1'), ['host', 500, [['web', 475]], { values: 1, busyUs: 25 * SAMPLE_US }]);
  assert.deepEqual(await shares('by=__proto__&from=-1h'), ['__proto__', 500, [['', 500]], undefined]);
  const { lines } = (await get(port, '/api/timeline?by=route&host=web')).json() as TimelineAnswer;
  assert.deepEqual(lines.map(({ name, coveredUs }) => [name, coveredUs.reduce((sum, us) => sum + us, 0)]), [['/orders', 10_000_000], ['/', 10_000_000], ['', 10_000_000]], 'each lies in all the time that was sampled');
});

test('faults of a query are told in words, with a code', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  const FAULTS: readonly (readonly [string, number, string, RegExp])[] = [
    ['/profile/web/?from=soon', 400, 'BAD_DATE', /from=soon is no date/],
    ['/profile/web/?until=9999999999999999', 400, 'BAD_DATE', /until=9999999999999999/],
    ['/profile/web/?from=now&until=-1hour', 400, 'BAD_RANGE', /swap from and until/],
    ['/profile/web/?from=-1h&from=-2h', 400, 'BAD_QUERY', /from more than once/],
    ['/profile/web/?threshold=2', 400, 'BAD_QUERY', /threshold=2 .* 0 to 1/],
    ['/profile/web/?threshold=NaN', 400, 'BAD_QUERY', /threshold=NaN/],
    ['/profile/web/?weight=bytes', 400, 'BAD_QUERY', /weight=bytes/],
    ['/profile/web/?idle=yes', 400, 'BAD_QUERY', /idle=yes/],
    ['/api/flame?host=nobody', 404, 'UNKNOWN_HOST', /"nobody"/],
    ['/api/shares?host=web', 400, 'BAD_QUERY', /does not say by=/],
    ['/api/timeline?host=web&from=soon', 400, 'BAD_DATE', /from=soon/],
    ['/api/flame?host=web&thread=9', 400, 'BAD_QUERY', /thread=9/],
    ['/api/top?host=web&by=host', 400, 'BAD_QUERY', /by=host is unknown/],
    ['/api/top?host=web&limit=0', 400, 'BAD_QUERY', /limit=0/],
    ['/api/lines?host=web', 400, 'BAD_QUERY', /names no function/],
    ['/api/lines?host=web&of=["f"]', 400, 'BAD_QUERY', /names no function/],
    ['/profile/nobody/', 404, 'UNKNOWN_HOST', /"nobody"/],
    ['/profile/__proto__/', 404, 'UNKNOWN_HOST', /"__proto__"/],
    ['/profile/%E0%A4%A/', 400, 'BAD_QUERY', /does not read/],
    ['/nothing/here', 404, 'NOT_FOUND', /no \/nothing\/here/],
    ['/assets/none.js', 404, 'NOT_FOUND', /no such file/],
  ];
  for (const [path, status, code, message] of FAULTS) {
    const answer = await get(port, path);
    assert.equal(answer.status, status, path);
    const { error } = answer.json() as ErrorAnswer;
    assert.equal(error.code, code, path);
    assert.match(error.message, message);
  }
});

test('a page that does not exist is a page that says so', async (t) => {
  const { port } = await serve(t, {});
  const { status, headers, body } = await get(port, '/graph/%3Cimg%20src=x%3E/');
  assert.equal(status, 404);
  assert.match(headers['content-type'] ?? '', /html/);
  assert.match(body, /no host/);
  assert.ok(!body.includes('<img'));
});

for (const name of ['[::1]:80', 'a b', '100%', 'a/b', 'größe', '<img src=x onerror=alert(1)>', 'web:8000', '"q"', '__proto__', '#?&=+']) {
  test(`a host called ${name} has a page, a profile and an entry`, async (t) => {
    const { port } = await serve(t, { hosts: [hostStatus({ host: name })], windows: [windowOf({ host: name, seq: 1, startMs: NOW_MS - MINUTE_MS, stacks: { work: 5 } })], wallMs });
    const inUrl = encodeURIComponent(name);
    const page = await get(port, `/graph/${inUrl}/`);
    assert.equal(page.status, 200);
    assert.ok(!page.body.includes('<img'));
    assert.equal(((await get(port, `/profile/${inUrl}/`)).json() as AncestorNode).value, 5);
    assert.equal(((await get(port, `/api/flame?host=${inUrl}`)).json() as FlameAnswer).root.totalCount, 5);
    assert.deepEqual(((await get(port, '/api/hosts')).json() as HostAnswer[]).map(({ host }) => host), [name]);
  });
}

test('the list of hosts says who is up, since when, how busy, and why not', async (t) => {
  const hosts = [hostStatus({ lastPullMs: NOW_MS - 3000 }), hostStatus({ host: 'broken', state: 'down', sinceMs: NOW_MS - 5000, error: 'It refused the connection.' })];
  const gone = windowOf({ host: 'gone', boot: 'boot-g', seq: 1, startMs: NOW_MS - 60 * MINUTE_MS, stacks: { work: 1 } });
  const { port } = await serve(t, { hosts, windows: [...windows, gone], wallMs });
  const [web, broken, old] = (await get(port, '/api/hosts')).json() as HostAnswer[];
  assert.deepEqual([web?.host, web?.service, web?.up, web?.lastPull, web?.busyShare], ['web', 'shop', true, '2026-11-20T11:59:57.000Z', 0.1]);
  assert.deepEqual([broken?.host, broken?.up, broken?.sinceMs, broken?.error], ['broken', false, NOW_MS - 5000, 'It refused the connection.']);
  assert.deepEqual([old?.host, old?.up, old?.state, old?.sinceMs], ['gone', false, 'gone', gone.endUs / 1000]);
  assert.match(old?.error ?? '', /does not name it any more/);
});

test('the page’s tree adds up to the unit, by thread and in all, and says what it covers', async (t) => {
  const other = windowOf({ thread: 3, threadName: 'worker', seq: 1, startMs: NOW_MS - 2 * MINUTE_MS, stacks: { 'task /app/node_modules/pool/index.js:2 < read node:fs:9': 11 } });
  const { port } = await serve(t, { windows: [...windows, other], wallMs });
  const flame = async (query: string): Promise<FlameAnswer> => (await get(port, `/api/flame?host=web&from=-15minutes${query}`)).json() as FlameAnswer;
  const all = await flame('');
  assert.equal(all.root.totalUs, 111 * SAMPLE_US);
  for (const node of nodes(all.root)) {
    assert.equal(node.totalUs, node.selfUs + node.c.reduce((sum, child) => sum + child.totalUs, 0));
    assert.equal(node.totalCount, node.selfCount + node.c.reduce((sum, child) => sum + child.totalCount, 0));
  }
  assert.deepEqual(all.covered, { fromMs: NOW_MS - 2 * MINUTE_MS, untilMs: NOW_MS - 2 * MINUTE_MS + 10_000 });
  assert.deepEqual(all.extent?.fromMs, NOW_MS - 60 * MINUTE_MS);
  assert.deepEqual(all.threads.map(({ id, name }) => `${id} ${name}`).sort(), ['0 main', '3 worker']);
  const { lines } = (await get(port, '/api/timeline?host=web&from=-15minutes')).json() as TimelineAnswer;
  assert.equal(lines.flatMap(({ busyUs }) => busyUs).reduce((sum, us) => sum + us, 0), all.root.totalUs);
  assert.equal(lines.flatMap(({ coveredUs }) => coveredUs).reduce((sum, us) => sum + us, 0), 20_000_000);
  const worker = await flame('&thread=boot-a/3');
  assert.deepEqual(nodes(worker.root).map(({ name, origin }) => `${name} ${origin}`), ['web part', 'task package', 'read node']);
  assert.equal((await flame('&thread=boot-x/3')).windows, 0);
});

test('a tree too large to draw is cut, and the rest stands there by name', async (t) => {
  const stacks = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`f${index}`, index === 0 ? 300 : 1]));
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: NOW_MS - MINUTE_MS, stacks })], wallMs });
  const { root } = (await get(port, '/api/flame?host=web&limit=50')).json() as FlameAnswer;
  const drawn = nodes(root);
  assert.ok(drawn.length <= 60, `${drawn.length} nodes`);
  const { name = '', cut = 0 } = drawn.find((node) => node.cut !== undefined) ?? {};
  assert.equal(name, `${cut} smaller parts`);
  assert.equal(cut + drawn.length - 2, 400);
  assert.equal(root.totalCount, 699);
});

test('the functions of all stacks are told with self and total, recursion counted once, in all and by service', async (t) => {
  const stacks = { 'main /app/main.js:1 < walk /app/walk.js:2 < walk /app/walk.js:2': 30, 'main /app/main.js:1 < walk /app/walk.js:2': 5, '(garbage collector)': 2 };
  const other = windowOf({ host: 'jobs', boot: 'boot-j', seq: 1, startMs: NOW_MS - MINUTE_MS, labels: { service: 'jobs' }, stacks: { crunch: 80 } });
  const { port } = await serve(t, { hosts: [hostStatus({}), hostStatus({ host: 'jobs', service: 'jobs' })], windows: [windowOf({ seq: 1, startMs: NOW_MS - MINUTE_MS, stacks }), other], wallMs });
  const top = async (query: string): Promise<TopAnswer> => (await get(port, `/api/top?${query}`)).json() as TopAnswer;
  const told = ({ rows }: TopGroup): string[] => rows.map(({ name, origin, selfCount, totalCount }) => `${name} ${origin} ${selfCount} ${totalCount}`);
  const [web] = (await top('host=web')).groups;
  assert.ok(web !== undefined);
  assert.deepEqual(told(web), ['walk own 35 35', 'main own 0 35', '(garbage collector) gc 2 2'].sort((a, b) => Number(b.split(' ').at(-2)) - Number(a.split(' ').at(-2))));
  assert.deepEqual([web.totalCount, web.totalUs, web.functions], [37, 37 * SAMPLE_US, 3]);
  assert.deepEqual((await top('host=web&limit=1')).groups.map(({ rows, functions }) => [rows.length, functions]), [[1, 3]]);
  assert.deepEqual((await top('by=service')).groups.map((group) => [group.name, ...told(group)]), [['jobs', 'crunch native 80 80'], ['shop', ...told(web)]]);
});

test('who calls a function, and what it calls, is asked for by the function', async (t) => {
  const stacks = { 'main /app/main.js:1 < parse /app/parse.js:2 < read node:fs:9': 3, 'job /app/job.js:1 < parse /app/parse.js:2': 4, other: 9 };
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: NOW_MS - MINUTE_MS, stacks })], wallMs });
  const frame = { name: 'parse', url: '/app/parse.js', line: 2, column: 0 };
  const ask = async (body: unknown): Promise<string[]> => nodes(((await post(port, '/api/flame?host=web', body)).json() as FlameAnswer).root).map(({ name, selfCount, totalCount }) => `${name} ${selfCount} ${totalCount}`);
  assert.deepEqual((await ask({ callersOf: frame })).sort(), ['job 4 4', 'main 3 3', 'parse 0 7', 'web 0 7']);
  assert.deepEqual((await ask({ calleesOf: frame })).sort(), ['parse 4 7', 'read 3 3', 'web 0 7']);
});

test('what was cut is asked for by the path it lies under', async (t) => {
  const under = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`main /app/main.js:1 < f${index} /app/f.js:${index}`, index === 0 ? 300 : 1]));
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: NOW_MS - MINUTE_MS, stacks: { ...under, other: 7 } })], wallMs });
  const path = [{ name: 'main', url: '/app/main.js', line: 1, column: 0 }];
  const { root } = (await post(port, '/api/flame?host=web', { focus: path })).json() as FlameAnswer;
  assert.deepEqual(root.c.map(({ name, totalCount }) => [name, totalCount]), [['main', 599]]);
  assert.equal(root.c[0]?.c.length, 300);
  for (const body of [{}, { callersOf: 'main' }, { calleesOf: path[0], callersOf: path[0] }, { focus: 'main' }, { focus: [{ name: 'main' }] }, { focus: [null] }, [], { focus: Array.from({ length: 3000 }, () => path[0]) }]) {
    const refused = await post(port, '/api/flame?host=web', body);
    assert.deepEqual([refused.status, (refused.json() as ErrorAnswer).error.code], [400, 'BAD_BODY'], JSON.stringify(body).slice(0, 60));
  }
});

test('any choice of hosts, service, version, label, process and thread is answered', async (t) => {
  const at = (seq: number) => ({ seq, startMs: NOW_MS - 2 * MINUTE_MS });
  const mine = [
    windowOf({ ...at(1), stacks: { a: 1 } }),
    windowOf({ ...at(1), host: 'web-2', boot: 'boot-b', stacks: { b: 2 } }),
    windowOf({ ...at(1), host: 'jobs', boot: 'boot-c', labels: { service: 'jobs', version: '7' }, stacks: { c: 4 } }),
    windowOf({ ...at(1), host: 'jobs', boot: 'boot-c', thread: 2, labels: { service: 'jobs', version: '7', zone: 'a=b' }, stacks: { d: 8 } }),
  ];
  const { port } = await serve(t, { windows: mine, wallMs });
  const names = async (query: string): Promise<string> => nodes(((await get(port, `/api/flame?from=-15minutes${query}`)).json() as FlameAnswer).root).map(({ name }) => name).slice(1).sort().join('');
  assert.equal(await names(''), 'abcd');
  assert.equal(await names('&host=web&host=web-2'), 'ab');
  assert.equal(await names('&service=shop'), 'ab');
  assert.equal(await names('&service=shop&service=jobs'), 'abcd');
  assert.equal(await names('&service=jobs&version=7'), 'cd');
  assert.equal(await names('&label.zone=a%3Db'), 'd');
  assert.equal(await names('&label.__proto__=x'), '');
  assert.equal(await names('&process=boot-b'), 'b');
  assert.equal(await names('&thread=boot-c/2'), 'd');
  assert.equal((await get(port, '/graph/?service=shop')).status, 200);
  assert.equal((await get(port, '/graph/?host=nobody')).status, 404);
});

test('the lines over time tell the busiest first, the rest by name, and where versions came', async (t) => {
  const minute = (host: string, index: number, count: number, version: string) => windowOf({ host, boot: `boot-${host}-${version}`, seq: index, startMs: NOW_MS - (15 - index) * MINUTE_MS, labels: { service: 'shop', version }, stacks: { work: count } });
  const mine = Array.from({ length: 14 }, (_, host) => [minute(`web-${host}`, 1, 10 + host, '1.0'), minute(`web-${host}`, 9, 10 + host, host === 0 ? '1.1' : '1.0')]).flat();
  const { port } = await serve(t, { windows: mine, wallMs });
  const { stepMs, fromMs, lines, versions } = (await get(port, '/api/timeline?service=shop&by=host&from=-15minutes')).json() as TimelineAnswer;
  assert.deepEqual([lines.length, lines[0]?.name, lines[11]?.name, lines[11]?.others], [12, 'web-13', '3 others', 3]);
  const busy = lines.reduce((all, { busyUs }) => all + busyUs.reduce((sum, us) => sum + us, 0), 0);
  assert.equal(busy, mine.length / 14 * 14 * (10 + 13 / 2) * SAMPLE_US);
  assert.deepEqual(versions.map(({ version }) => version), ['1.1']);
  assert.ok(Math.abs((versions[0]?.atMs ?? 0) - (NOW_MS - 6 * MINUTE_MS)) <= stepMs && fromMs % stepMs === 0);
});

test('answers are compressed, private, and neither made nor sent again as long as they are the same', async (t) => {
  let questions = 0;
  const counting = (store: Store): Store => ({ ...store, query: (...asked) => { questions++; return store.query(...asked); }, timeline: (...asked) => { questions++; return store.timeline(...asked); } });
  const { port, store } = await serve(t, { windows, wallMs, wrap: counting });
  for (const path of ['/api/flame?host=web&from=-2hours', '/api/top?host=web', '/api/timeline?host=web', '/api/diff?b.host=web', '/export/web/?format=folded', '/profile/web/']) {
    const first = await get(port, path, { 'accept-encoding': 'gzip' });
    assert.equal(first.headers['cache-control'], 'private, no-cache', path);
    const etag = { 'if-none-match': first.headers.etag ?? '' };
    const asked = questions;
    const again = await get(port, path, etag);
    assert.deepEqual([again.status, again.body, questions], [304, '', asked], path);
    assert.equal((await get(port, `${path}${path.includes('?') ? '&' : '?'}until=-1minute`, etag)).status, 200, path);
    await store.append([windowOf({ seq: 100 + questions, boot: 'boot-n', startMs: NOW_MS - MINUTE_MS, stacks: { more: 1 } })], new Map());
    assert.equal((await get(port, path, etag)).status, 200, path);
  }
  assert.equal((await get(port, '/api/flame?host=web&from=-2hours', { 'accept-encoding': 'gzip' })).headers['content-encoding'], 'gzip');
  const refused = await get(port, '/api/top?host=nobody');
  assert.equal((await get(port, '/api/top?host=nobody', { 'if-none-match': refused.headers.etag ?? '' })).status, 404);
});

test('an old range stays as it was answered when something new comes, and a host that went down is told at once', async (t) => {
  let state: 'up' | 'down' = 'up';
  const hosts = [hostStatus({})];
  const { port, store } = await serve(t, { hosts, windows, wallMs });
  const day = 24 * 60 * MINUTE_MS;
  const old = `/api/top?host=web&from=${NOW_MS - 4 * day}&until=${NOW_MS - 3 * day}`;
  const { headers: { etag = '' } } = await get(port, old);
  await store.append([windowOf({ seq: 9, startMs: NOW_MS - MINUTE_MS, stacks: { fresh: 1 } })], new Map());
  assert.equal((await get(port, old, { 'if-none-match': etag })).status, 304);
  await store.append([windowOf({ seq: 9, boot: 'boot-late', startMs: NOW_MS - 3.5 * day, stacks: { late: 1 } })], new Map());
  assert.equal((await get(port, old, { 'if-none-match': etag })).status, 200);
  const flame = await get(port, `/api/flame?host=web&from=${NOW_MS - 4 * day}&until=${NOW_MS - 3 * day}`);
  state = 'down';
  hosts[0] = hostStatus({ state });
  const told = await get(port, `/api/flame?host=web&from=${NOW_MS - 4 * day}&until=${NOW_MS - 3 * day}`, { 'if-none-match': flame.headers.etag ?? '' });
  assert.deepEqual([told.status, (told.json() as FlameAnswer).hosts[0]?.state], [200, 'down']);
});

test('a stack as deep as any is answered, with what lies too deep summed up by name', async (t) => {
  const deep = Array.from({ length: 2000 }, (_, index) => `f${index}`).join(' < ');
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: NOW_MS - MINUTE_MS, stacks: { [deep]: 7, 'f0 < f1': 2 } })], wallMs });
  for (const path of ['/api/flame?host=web&limit=20000', '/profile/web/']) {
    const answer = await get(port, path);
    assert.equal(answer.status, 200, answer.body);
    assert.match(answer.body, /"name":"f499"/);
    assert.match(answer.body, /"name":"deeper frames"/);
    assert.doesNotMatch(answer.body, /"name":"f500"/);
  }
  const { root } = (await get(port, '/api/flame?host=web&limit=20000')).json() as FlameAnswer;
  assert.equal(nodes(root).reduce((sum, { selfCount }) => sum + selfCount, 0), 9);
});

test('a date without a zone is read in the one that is asked for', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  const asked = async (query: string): Promise<unknown> => ((await get(port, `/api/flame?host=web&${query}`)).json() as FlameAnswer).asked;
  assert.deepEqual(await asked('from=2026-11-20%2014:00&until=2026-11-20%2014:30&tz=Asia/Kolkata'), { fromMs: Date.UTC(2026, 10, 20, 8, 30), untilMs: Date.UTC(2026, 10, 20, 9) });
  const { status, body } = await get(port, '/api/flame?host=web&from=-1hour&tz=Mars/Olympus');
  assert.equal(status, 400);
  assert.match(body, /tz=Mars\/Olympus is no time zone: it takes a name such as Europe\/Berlin/);
});

test('what is pinned is listed with its note', async (t) => {
  const { port, store } = await serve(t, {});
  assert.deepEqual((await get(port, '/api/pins')).json(), []);
  const pin = await store.pin({ fromMs: NOW_MS - MINUTE_MS, untilMs: NOW_MS }, 'the <b>outage</b>');
  assert.deepEqual((await get(port, '/api/pins')).json(), [pin]);
});

test('health says with a sentence when nothing can be stored', async (t) => {
  const { port } = await serve(t, { storeTrouble: 'The disk is full.' });
  const { status, body } = await get(port, '/healthz');
  assert.deepEqual([status, body], [503, 'The disk is full.\n']);
  assert.equal((await get(port, '/api/hosts')).status, 200, 'what is stored is shown');
});

test('a question that fails here is told with its cause to who serves, one that was asked wrong is not', async (t) => {
  const cause = new Error('the disk is on fire');
  const { port, failures } = await serve(t, { wrap: (store) => ({ ...store, query: () => Promise.reject(cause) }) });
  assert.equal((await get(port, '/api/flame?host=web&from=nonsense')).status, 400);
  assert.equal((await get(port, '/api/flame?host=web')).status, 500);
  assert.deepEqual(failures, [{ error: cause, path: '/api/flame' }]);
});

test('metrics, health and the ancestors’ way to pull', async (t) => {
  const { port, pulls } = await serve(t, {});
  assert.equal((await get(port, '/healthz')).status, 200);
  const metrics = await get(port, '/metrics');
  assert.equal(metrics.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(metrics.body, 'liveprofiler_up 1\n');
  assert.deepEqual((await get(port, '/collector/')).json(), { stacks_collected: 42 });
  assert.equal(pulls(), 1);
});

function walk(node: AncestorNode): AncestorNode[] {
  return [node, ...node.children.flatMap(walk)];
}

function nodes(node: FlameNode): FlameNode[] {
  return [node, ...node.c.flatMap(nodes)];
}
