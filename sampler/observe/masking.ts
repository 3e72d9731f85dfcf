// Takes secrets out of what a process tells of itself: arguments, environment variables, addresses. Pure. What is not known
// to be harmless and could be a secret is taken out: better one too many.

export const MASKED = '(masked)';

/** Names of what nobody else may read. */
const SECRET_NAME = /secret|token|passw|passphrase|pwd|credential|auth|apikey|api[-_.]?key|[-_.]key$|^key$|private|signature|salt|cookie|session|dsn|cert/i;
/** Long, of letters and digits and no word or path: what keys look like. */
const KEY_LIKE = { least: 20, signs: /^[\w+=-]+$/, digit: /\d/, letter: /[a-z]/i };
/** Environment variables that are told as they are, but for what looks like a secret in them. */
const HARMLESS_VARIABLES = /^(?:NODE_(?!AUTH)\w+|PATH|PWD|HOME|HOSTNAME|LANG|LC_\w+|TZ|USER|SHELL|TERM|SHLVL|UV_\w+|npm_(?:lifecycle_event|lifecycle_script|package_name|package_version|node_execpath)|KUBERNETES_\w+|PORT|HOST)$/;

/** Command line arguments, one text each. */
export function maskArguments(args: readonly string[]): string[] {
  let hidden = false;
  return args.map((arg) => {
    const secret = hidden;
    const equals = arg.indexOf('=');
    const named = SECRET_NAME.test(equals < 0 ? arg : arg.slice(0, equals));
    // `--token abc`: the value comes next.
    hidden = named && equals < 0 && arg.startsWith('-');
    if (secret && !arg.startsWith('--')) return MASKED;
    return named && equals > 0 ? `${arg.slice(0, equals)}=${MASKED}` : maskText(arg);
  });
}

export function maskVariables(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, HARMLESS_VARIABLES.test(name) ? maskText(String(value)) : MASKED]));
}

/** What looks like a secret within a text: word by word, so that no text takes long. */
export function maskText(text: string): string {
  return text.split(/([\s"'`,;]+)/).map(maskWord).join('');
}

function maskWord(word: string): string {
  const scheme = word.indexOf('://');
  const query = word.indexOf('?');
  const place = query < 0 ? word : word.slice(0, query);
  const shown = scheme > 0 && (query < 0 || scheme < query) ? withoutCredentials(place, scheme + 3) : withoutKey(place);
  if (query < 0) return shown;
  const pairs = word.slice(query + 1).split('&').map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=${MASKED}` : withoutKey(pair)));
  return `${shown}?${pairs.join('&')}`;
}

/** `scheme://user:password@host` */
function withoutCredentials(url: string, from: number): string {
  const end = url.indexOf('/', from);
  const at = url.slice(from, end < 0 ? undefined : end).lastIndexOf('@');
  return at < 0 ? url : `${url.slice(0, from)}${MASKED}${url.slice(from + at)}`;
}

function withoutKey(word: string): string {
  const equals = word.indexOf('=');
  const [name, value] = equals > 0 && equals < word.length - 2 ? [word.slice(0, equals), word.slice(equals + 1)] : ['', word];
  if (name !== '') return `${name}=${SECRET_NAME.test(name) ? MASKED : withoutKey(value)}`;
  const isKey = value.length >= KEY_LIKE.least && !value.startsWith('-') && KEY_LIKE.signs.test(value) && KEY_LIKE.digit.test(value) && KEY_LIKE.letter.test(value);
  return isKey ? MASKED : value;
}
