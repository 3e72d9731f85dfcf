// A collector in a process of its own, to be killed: `node kill-child.js FOLDER URL`.
import { pino } from 'pino';
import { createCollector } from '../../collector/index.ts';
import { openStore } from '../../collector/store/index.ts';
import { settings, target } from './rig.ts';

const [, , folder = '', url = ''] = process.argv;
const store = await openStore({ path: folder });
const collector = createCollector({ config: settings([target('shop', new URL(url))], { intervalMs: 5 }), store, log: pino({ level: 'silent' }) });
collector.start();
