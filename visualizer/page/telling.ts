// What every page that asks has: a line that tells of the answer, a notice of what stands in the way, and one question
// at a time.
import type { Asking, AskingOptions } from './asking.ts';
import { createAsking } from './asking.ts';
import { h } from './dom.ts';

export interface Telling extends Asking {
  readonly status: HTMLElement;
  readonly notice: HTMLElement;
  /** What stands in the way, and ways out of it; '' where nothing does. */
  readonly say: (sentence: string, ...ways: readonly HTMLElement[]) => void;
}

export interface TellingOptions extends Pick<AskingOptions, 'question' | 'again'> {
  /** Hears of it before it is told. */
  readonly failed?: () => void;
}

export function createTelling(app: HTMLElement, { question, again, failed }: TellingOptions): Telling {
  const status = h('p', { class: 'status', role: 'status' }, 'Asking …');
  const notice = h('p', { class: 'notice', role: 'alert', hidden: '' });
  const asking = createAsking({
    question,
    again,
    failed(error) {
      failed?.();
      status.textContent = '';
      say(error instanceof Error ? error.message : String(error));
    },
    busy(on) {
      if (on) app.setAttribute('aria-busy', 'true');
      else app.removeAttribute('aria-busy');
    },
  });
  return { ...asking, status, notice, say };

  function say(sentence: string, ...ways: readonly HTMLElement[]): void {
    notice.hidden = sentence === '';
    // The same again is no news to a screen reader.
    if (ways.length > 0 || notice.textContent !== sentence) notice.replaceChildren(sentence, ...ways.flatMap((way) => [' ', way]));
  }
}

/** Calls when one goes back or forth to another address of the page, with the host in its path. */
export function onReturn(work: (host: string) => void): void {
  window.addEventListener('popstate', () => { work(decodeURIComponent(/^\/[^/]+\/([^/]+)/.exec(location.pathname)?.[1] ?? '')); });
}
