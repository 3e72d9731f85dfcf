// The page of a program that stands still: where it stands, what can be looked at meanwhile, and the way on.
import type { HeldAnswer } from '../api.ts';
import { ask } from './ask.ts';
import { button, h } from './dom.ts';

export function showHeld(app: HTMLElement): void {
  const title = h('h1', {});
  const about = h('p', { role: 'status' });
  const stack = h('pre', { class: 'stack', tabindex: '0', 'aria-label': 'Where it stands' });
  const notice = h('p', { class: 'notice', role: 'alert', hidden: '' });
  const go = button('Continue', () => void ask<HeldAnswer>('/api/held/continue', undefined, {}).then(show, failed), { class: 'sure' });
  const links = h('p', {}, 'Look at ', h('a', { href: '/snapshots/' }, 'its heap'), ', taken as it stopped, at ', h('a', { href: '/graph/' }, 'where its time went'), ' or at ', h('a', { href: '/memory/' }, 'its memory'), '.');
  app.append(h('div', { class: 'head' }, title), about, h('p', {}, go), links, stack, notice);
  void ask<HeldAnswer>('/api/held').then(show, failed);

  function show({ program, calledAt, held }: HeldAnswer): void {
    title.textContent = held ? `${program} stands still` : `${program} runs on`;
    about.textContent = held ? 'It does nothing until you let it go on.' : 'The pages go on with it.';
    stack.textContent = calledAt.join('\n');
    go.hidden = !held;
  }

  function failed(error: unknown): void {
    notice.hidden = false;
    notice.textContent = error instanceof Error ? error.message : String(error);
  }
}
