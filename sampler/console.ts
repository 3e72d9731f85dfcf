// While a session is connected, Node's console hands every call to V8 too, which doubles what it costs and keeps what
// was logged. Here it is Node's alone, the same functions without that way; with a debugger about, all is as before.
import { Console } from 'node:console';

export interface QuietConsole {
  /** Called now and then: a debugger may have come or gone, and others may have put in functions of their own. */
  follow(): void;
  /** Puts back what was there. */
  restore(): void;
}

const METHODS = ['log', 'info', 'debug', 'warn', 'error', 'dir', 'trace'] as const;
const NATIVE = 'function () { [native code] }';

export function quietConsole(console: Console, isDebugged: () => boolean): QuietConsole {
  const target = console as unknown as Record<string, unknown>;
  const plain = Console.prototype as unknown as Readonly<Record<string, ((...parameters: unknown[]) => void) | undefined>>;
  const replaced = new Map<string, { readonly original: unknown; readonly own: unknown }>();

  function replace(method: string): void {
    const original = target[method];
    const bare = plain[method];
    if (bare === undefined || !isNodes(method, original) || replaced.get(method)?.own === original) return;
    const own = Object.defineProperty(bare.bind(console), 'name', { value: method });
    // A frozen console stays as it is.
    if (Reflect.set(target, method, own)) replaced.set(method, { original, own });
  }

  function restore(): void {
    for (const [method, { original, own }] of replaced) if (target[method] === own) Reflect.set(target, method, original);
    replaced.clear();
  }

  return {
    follow() {
      if (isDebugged()) restore();
      else METHODS.forEach(replace);
    },
    restore,
  };
}

/** What others bind is called `bound log`; what they write has a source. */
function isNodes(method: string, given: unknown): boolean {
  return typeof given === 'function' && given.name === method && Function.prototype.toString.call(given) === NATIVE;
}
