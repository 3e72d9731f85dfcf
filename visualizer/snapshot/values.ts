// Values as they may be shown: short, and without what looks like a secret. A snapshot holds all that a program held,
// passwords too. Pure.

const MOST_SHOWN = 100;
export const HIDDEN = '(hidden)';

/** Names of what is nobody else's business, as parts of a name, and as words of one. */
const SECRET_NAMES = /passw|passphrase|pwd|secret|token|credential|authori[sz]ation|cookie|signature|api[-_]?key|(?:private|access|signing|encryption)[-_]?key|session[-_]?id|connection[-_]?string|(?:^|[^a-z])(?:pass|auth|pin|otp|cvv|cvc|iban|ssn|dsn|jwt|bearer)(?:$|[^a-z])/i;
const SECRET_WORD = /[a-z](?:Pass|Auth|Pin|Otp|Dsn|Jwt)(?:$|[^a-z])/;
/** Secrets that are known by their form. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:bearer|basic|digest|negotiate)\s+[\w+/=.~-]{6,}/i,
  /\beyJ[\w-]{6,}\.[\w-]{6,}/,
  /\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|xox[abprs]|glpat|npm|AKIA|ASIA)[-_]?[A-Za-z0-9_-]{12,}/,
  /:\/\/[^\s/:@]*:[^\s@]+@/,
  /(?:passw(?:or)?d|\bpass|pwd|secret|token|api_?key)["']?\s*[=:]\s*["']?[^\s"'&;,]{3,}/i,
  /[\w.+-]+@[\w-]+\.[\w.-]+/,
  /\b(?:\d[ -]?){12,19}\b/,
];
/** A long word of letters and digits without a pattern: keys, hashes, session ids. */
const RANDOM = /[A-Za-z0-9+/_=-]{20,}/g;

export function isSecretName(name: string): boolean {
  return SECRET_NAMES.test(name) || SECRET_WORD.test(name);
}

/** The text, or `(hidden)` where it looks like a secret. `name`: of the property that holds it. */
export function masked(text: string, name = ''): string {
  if (isSecretName(name) && text !== '') return HIDDEN;
  if (SECRETS.some((form) => form.test(text))) return HIDDEN;
  for (const [word] of text.matchAll(RANDOM)) if (isRandom(word)) return HIDDEN;
  return text;
}

/** Cut to what can be read in a line. */
export function shown(text: string, name = ''): string {
  const safe = masked(text, name);
  return safe.length > MOST_SHOWN ? `${safe.slice(0, MOST_SHOWN)}…` : safe;
}

/** Words are of letters with a digit at the end perhaps; what changes between both again and again is none. */
function isRandom(word: string): boolean {
  const changes = [...word.matchAll(/[A-Za-z](?=\d)|\d(?=[A-Za-z])|[a-z](?=[A-Z])/g)].length;
  return changes >= 4 && /\d/.test(word) && changes / word.length > 0.12;
}
