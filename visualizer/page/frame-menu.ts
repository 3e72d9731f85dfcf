// What one can do with a frame, as items of a menu.
import type { FlameNode, FrameKey } from '../api.ts';
import { groupName, groupOf } from '../view/groups.ts';
import { exactly } from '../view/search.ts';
import type { GraphState } from '../view/state.ts';
import { keyOf } from '../view/tree.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { copy } from './copy.ts';
import type { MenuItem } from './menu.ts';

export interface MenuPlace {
  readonly node: FlameNode;
  /** From the root, which is not in it, to the node. */
  readonly stack: readonly FlameNode[];
  readonly root: FlameNode;
  readonly state: GraphState;
}

export interface MenuEvents {
  readonly changed: (change: Partial<GraphState>) => void;
  readonly chosen: (of: FrameKey) => void;
  /** Says how it went. */
  readonly copied: (words: string) => void;
}

export function menuOf({ node, stack, root, state }: MenuPlace, { changed, chosen, copied }: MenuEvents): MenuItem[] {
  const { frame, cut, url } = node;
  const group = groupOf(node);
  const copying = (label: string, text: string): MenuItem => ({ label, act: () => void copy(text).then((done) => { copied(done ? `Copied ${text.split('\n')[0] ?? ''}` : 'The browser did not let it be copied.'); }) });
  const items: (MenuItem | undefined)[] = [
    state.of === undefined && cut === undefined ? { label: 'Zoom to it', act: () => { changed({ zoom: keysOf(stack, root) }); } } : undefined,
    state.of === undefined && cut !== undefined ? { label: 'Open it', act: () => { changed({ zoom: keysOf(stack.slice(0, -1), root), open: true }); } } : undefined,
    cut === undefined && stack.length > 0 ? { label: 'Find it everywhere', act: () => { changed({ search: exactly(nameOf(node)) }); } } : undefined,
    frame === undefined ? undefined : { label: 'Callers and callees', act: () => { chosen(frame); } },
    group === 'part' || state.hide.includes(group) ? undefined : { label: `Hide ${groupName(group)}`, act: () => { changed({ hide: [...state.hide, group] }); } },
    copying('Copy the name', nameOf(node)),
    url === '' ? undefined : copying('Copy the place', placeOf(node)),
    stack.length > 1 ? copying('Copy the stack', stack.map((one) => `${nameOf(one)} ${one.url === '' ? '' : placeOf(one)}`.trim()).reverse().join('\n')) : undefined,
  ];
  return items.filter((item) => item !== undefined);
}

function keysOf(stack: readonly FlameNode[], root: FlameNode): string[] {
  return stack.map((node, index) => keyOf(node, (stack[index - 1] ?? root).c));
}
