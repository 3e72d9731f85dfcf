// The page's entry: which view this is stands on the body.
import { showDiff } from './diff.ts';
import { showGraph } from './graph.ts';
import { showHeld } from './held.ts';
import { showMemory } from './memory.ts';
import { showOverview } from './overview.ts';
import { showProcesses } from './process.ts';
import { showSnapshots } from './snapshots/main.ts';
import './page.css';
import './diff.css';
import './memory.css';
import './snapshots.css';

const app = document.querySelector<HTMLElement>('#app');
if (app !== null) {
  const { view, host } = document.body.dataset;
  if (view === 'graph') showGraph(app, host ?? '');
  else if (view === 'diff') showDiff(app);
  else if (view === 'memory') showMemory(app, host ?? '');
  else if (view === 'process') showProcesses(app, host ?? '');
  else if (view === 'held') showHeld(app);
  else if (view === 'snapshots') showSnapshots(app);
  else if (view === 'overview') showOverview(app);
}
