// Takes secrets out of what a process tells of itself: arguments, environment variables, addresses. Pure. What is not known
// to be harmless and could be a secret is taken out: better one too many.

export const MASKED = '(masked)';

/** Names of what nobody else may read, as parts of a name, and as words of one. */
const SECRET_NAME = /secret|token|passw|passphrase|pwd|credential|auth|apikey|api[-_.]?key|[-_.]key$|^key$|private|signature|salt|cookie|session|dsn|cert|connection[-_.]?string|(?:^|[^a-z])(?:pass|pin|otp|jwt|bearer)(?:$|[^a-z])/i;
const SECRET_WORD = /[a-z](?:Pass|Pin|Otp|Jwt|Key)(?:$|[^a-z])/;
/** Before the secret itself, in headers. */
const SCHEME = /^(?:bearer|basic|digest|negotiate|token)$/i;
/** `curl -u user:password` */
const USER_FLAG = /^(?:-u|--(?:proxy-)?user)$/;
/** Their value is a program. */
const EVALUATES = /^(?:-e|-p|-pe|--eval|--print)$/;
/** Long, of letters and digits and no word or path: what keys look like. */
const KEY_LIKE = { least: 20, signs: /^[\w+=-]+$/, digit: /\d/, letter: /[a-z]/i };
/** The same in base64, which paths without a dot hardly look like. */
const BASE64_LIKE = { least: 30, signs: /^[A-Za-z0-9+][A-Za-z0-9+/]+={0,2}$/, capital: /[A-Z]/, small: /[a-z]/ };
/** Environment variables that are told as they are, but for what looks like a secret in them. */
const HARMLESS_VARIABLES = /^(?:NODE_(?:ENV|OPTIONS|PATH|VERSION|DEBUG|NO_WARNINGS|EXTRA_CA_CERTS|ICU_DATA|COMPILE_CACHE|V8_COVERAGE|UNIQUE_ID|CHANNEL_FD|PENDING_DEPRECATION|REDIRECT_WARNINGS|USE_ENV_PROXY)|PATH|PWD|HOME|HOSTNAME|LANG|LC_\w+|TZ|USER|SHELL|TERM|SHLVL|UV_\w+|npm_(?:lifecycle_event|lifecycle_script|package_name|package_version|node_execpath)|KUBERNETES_(?:SERVICE|PORT)(?:_(?:HOST|PORT|\d+|TCP|HTTPS|PROTO|ADDR))*|PORT|HOST)$/;
const BREAKS = /([\s"'`,;{}]+)/;
/** A text in quotes after a name in quotes, as in JSON. */
const QUOTED = /(["'])([^"'\\]*)\1(\s*:\s*)(["'])((?:\\.|(?!\4)[^\\])*)\4/g;

/** Command line arguments, one text each. */
export function maskArguments(args: readonly string[]): string[] {
  let before = '';
  return args.map((arg) => {
    const equals = arg.indexOf('=');
    const named = isSecretName(equals < 0 ? arg : arg.slice(0, equals));
    const follows = before;
    before = arg;
    // `--token abc`: the value comes next.
    if (follows.startsWith('-') && !follows.includes('=') && !arg.startsWith('--') && (isSecretName(follows) || (USER_FLAG.test(follows) && arg.includes(':')) || (EVALUATES.test(follows) && /[^\w.:/@-]/.test(arg)))) return MASKED;
    if (arg.startsWith('--eval=') || arg.startsWith('--print=')) return `${arg.slice(0, equals)}=${MASKED}`;
    return named && equals > 0 ? `${arg.slice(0, equals)}=${MASKED}` : maskText(arg);
  });
}

export function maskVariables(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, HARMLESS_VARIABLES.test(name) ? maskText(String(value)) : MASKED]));
}

/** What looks like a secret within a text: word by word, so that no text takes long. */
export function maskText(text: string): string {
  let announced = false;
  const quoted = text.replace(QUOTED, (all, quote: string, name: string, colon: string, open: string) => (isSecretName(name) ? `${quote}${name}${quote}${colon}${open}${MASKED}${open}` : all));
  return withoutCredentials(quoted).split(BREAKS).map((word, index) => {
    if (index % 2 === 1 || word === '') return word;
    if (announced && /^[:=]+$/.test(word)) return word;
    if (announced && !word.startsWith('--')) {
      announced = SCHEME.test(word);
      return announced ? word : MASKED;
    }
    announced = announces(word);
    return maskWord(word);
  }).join('');
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) || SECRET_WORD.test(name);
}

/** Whether the next word is a secret: `--token`, `Authorization:`, `Bearer`. */
function announces(word: string): boolean {
  const named = word.endsWith(':') || word.endsWith('=') || (word.startsWith('-') && !word.includes('='));
  return (named && isSecretName(word.replace(/[:=]{1,3}$/, ''))) || /^bearer$/i.test(word);
}

function maskWord(word: string): string {
  const query = word.search(word.includes('://') ? /[?#]/ : /\?/);
  const place = query < 0 ? word : word.slice(0, query);
  const shown = place.includes('://') ? place.split('/').map(withoutKey).join('/') : withoutKey(place);
  if (query < 0) return shown;
  const pairs = word.slice(query + 1).split('&').map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=${MASKED}` : withoutKey(pair)));
  return `${shown}${word.charAt(query)}${pairs.join('&')}`;
}

/** `scheme://user:password@host`, also with signs in the password that belong into no address. */
function withoutCredentials(text: string): string {
  const [first = '', ...rest] = text.split('://');
  return [first, ...rest.map((piece) => {
    const [place = ''] = piece.split(/[\s"'`<>]/, 1);
    const end = endOfCredentials(place);
    return end < 0 ? piece : `${MASKED}${piece.slice(end)}`;
  })].join('://');
}

/** Where the @ after them is; -1 without any. */
function endOfCredentials(place: string): number {
  const [authority = ''] = place.split(/[/?#]/, 1);
  if (authority.includes('@')) return authority.lastIndexOf('@');
  if (!authority.includes(':')) return -1;
  const isPort = /:\d{0,5}$/.test(authority);
  const at = place.lastIndexOf('@');
  // `//registry:4873/@scope/name` has a port.
  return at < 0 || (isPort && place.charAt(at - 1) === '/') ? -1 : at;
}

function withoutKey(word: string): string {
  const [, name, sign, value] = /^([^:=]+)([:=])(..+)$/s.exec(word) ?? [];
  if (name !== undefined && sign !== undefined && value !== undefined && (sign === '=' || /^[\w.-]+$/.test(name))) {
    if (isSecretName(name)) return `${name}${sign}${MASKED}`;
    return sign === '=' ? `${name}=${withoutKey(value)}` : withoutSign(word);
  }
  return withoutSign(word);
}

function withoutSign(value: string): string {
  const isKey = value.length >= KEY_LIKE.least && !value.startsWith('-') && KEY_LIKE.signs.test(value) && KEY_LIKE.digit.test(value) && KEY_LIKE.letter.test(value);
  const isBase64 = value.length >= BASE64_LIKE.least && BASE64_LIKE.signs.test(value) && KEY_LIKE.digit.test(value) && BASE64_LIKE.capital.test(value) && BASE64_LIKE.small.test(value);
  return isKey || isBase64 ? MASKED : value;
}
