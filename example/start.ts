// `npm start`: the example service, and a liveprofiler that reads it and itself. PORT moves the page, LEAK=1 makes the
// service leak; its port is told for /leak.
import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const port = process.env['PORT'] ?? '9999';
const folder = resolve('liveprofiler-data', 'example');
const configPath = join(folder, 'config.ini');
const [secret, adminSecret] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
const env = { ...process.env, PROFILER_TOKEN: secret, ADMIN_TOKEN: adminSecret };

const service = fork(fileURLToPath(new URL('service.js', import.meta.url)), { env });
const [{ port: servicePort }] = (await once(service, 'message')) as [{ port: number }];

process.stderr.write(`the example service listens on port ${servicePort}; its route /leak turns a leak on and off\n`);
mkdirSync(folder, { recursive: true });
writeFileSync(configPath, `; Written by npm start.
[global]
dbpath = ${join(folder, 'db')}

[collector]
secret_header = \${PROFILER_TOKEN}
interval = 2

[host shop]
address = 127.0.0.1:${servicePort}
admin_secret = \${ADMIN_TOKEN}

[sampler]
enabled = true
secret_header = \${PROFILER_TOKEN}

[visualizer]
listen = 127.0.0.1:${port}
`);
const liveprofiler = spawn(process.execPath, [fileURLToPath(new URL('../cli/main.js', import.meta.url)), 'serve', '--config', configPath], {
  env,
  stdio: ['ignore', 'ignore', 'inherit'],
});
// A closed terminal ends it too: what it started takes SIGHUP for a wish to read its configuration again.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => liveprofiler.kill('SIGTERM'));
const [code] = (await once(liveprofiler, 'exit')) as [number | null];
service.kill();
process.exitCode = code ?? 1;
