// Copies text, also over plain http, where browsers offer no clipboard.
import { h } from './dom.ts';

/** Resolves to whether it worked. */
export async function copy(text: string): Promise<boolean> {
  // Under plain http it is not there, whatever its type says.
  const { clipboard } = navigator as { readonly clipboard?: Clipboard };
  try {
    if (clipboard === undefined) return copyBySelection(text);
    await clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const back = document.activeElement;
  const field = h('textarea', { class: 'unseen', 'aria-hidden': 'true', tabindex: '-1' });
  field.value = text;
  document.body.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- without the clipboard there is no other way
  const done = document.execCommand('copy');
  field.remove();
  if (back instanceof HTMLElement) back.focus({ preventScroll: true });
  return done;
}
