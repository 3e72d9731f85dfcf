// Why a pull failed: a closed set, because each is a metric's label, and for each a sentence that says the way out.

export const FAILURES = [
  'refused', 'unreachable', 'dns', 'timeout', 'reset', 'tls', 'network',
  'http-401', 'http-403', 'http-404', 'http-5xx', 'http-other', 'redirect', 'not-http',
  'encoding', 'too-large', 'incomplete', 'not-a-profile', 'newer-format',
  'not-stored', 'stopped', 'internal',
] as const;

export type FailureReason = (typeof FAILURES)[number];

/** A pull that brought nothing. The message is fit for the page; it never holds the secret. */
export class PullFailure extends Error {
  readonly code: FailureReason;

  constructor(code: FailureReason, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.name = 'PullFailure';
    this.code = code;
  }
}

/** `at` is the address without credentials. */
export function statusFailure(status: number, location: string | undefined, at: URL): PullFailure {
  if (status >= 300 && status < 400) {
    return new PullFailure('redirect', `${at.host} redirects to ${locationHost(location, at)}. Redirects are not followed, because the secret is meant for ${at.host} alone: name the final address in hosts.`);
  }
  if (status === 403) return new PullFailure('http-403', 'The secret is wrong (403): check secret_header here against the secret of the sampler at the host.');
  if (status === 401) return new PullFailure('http-401', `Something before the sampler at ${at.host} asks for a login (401): let ${at.pathname} pass there.`);
  if (status === 404) return new PullFailure('http-404', `There is no sampler at ${at.host}${at.pathname} (404): add its middleware before the other routes, or name the right path.`);
  if (status >= 500) return new PullFailure('http-5xx', `${at.host} answers with an error of its own (${status}): look into the log of the service and of proxies before it.`);
  return new PullFailure('http-other', `${at.host} answers ${status} where 200 was due: is this the address of a sampler?`);
}

/** What node:http, node:tls and zlib throw, as one of the reasons. */
export function networkFailure(error: unknown, at: URL): PullFailure {
  if (error instanceof PullFailure) return error;
  const code = codeOf(error);
  const reason = NETWORK.find(([pattern]) => pattern.test(code))?.[1] ?? 'network';
  return new PullFailure(reason, `${sentenceFor(reason, at)} (${code || 'unknown error'})`, error);
}

const NETWORK: readonly (readonly [RegExp, FailureReason])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES)$/, 'unreachable'],
  [/^(ENOTFOUND|EAI_|ENODATA|EBADNAME)/, 'dns'],
  [/^(ETIMEDOUT|ESOCKETTIMEDOUT)$/, 'timeout'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE)$/, 'reset'],
  [/^(HPE_|ERR_HTTP)/, 'not-http'],
  [/^Z_BUF_ERROR$/, 'incomplete'],
  [/^(Z_)/, 'encoding'],
  [/^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO$|CERT_|.*CERT.*|.*SIGNATURE.*|HOSTNAME_MISMATCH|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/, 'tls'],
];

function sentenceFor(reason: FailureReason, at: URL): string {
  switch (reason) {
    case 'refused': return `Nobody listens at ${at.host}: is the service running, and is this its port?`;
    case 'unreachable': return `There is no way to ${at.host}: check the network and the address.`;
    case 'dns': return `The name ${at.hostname} is not known: check its spelling and the name server.`;
    case 'timeout': return `${at.host} could not be reached in time: check the network, or raise timeout.`;
    case 'reset': return `${at.host} closed the connection before its answer was whole: did the service restart?`;
    case 'not-http': return `What ${at.host} answers is not HTTP: is this the address of a sampler, and is it http or https?`;
    case 'incomplete': return `The answer of ${at.host} ends too early: did the service restart?`;
    case 'encoding': return `The answer of ${at.host} is not the gzip that it says it is: check proxies before it.`;
    case 'tls': return `No safe connection to ${at.host}: check ca, cert and key of the host, its certificate's name, and whether it speaks https at all.`;
    default: return `The connection to ${at.host} failed: check the network and the address.`;
  }
}

/** With several addresses behind a name node:net joins the errors; the first tells as much as all. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function locationHost(location: string | undefined, at: URL): string {
  if (location === undefined) return 'nowhere';
  try {
    return new URL(location, at).host;
  } catch {
    return 'an address that is none';
  }
}
