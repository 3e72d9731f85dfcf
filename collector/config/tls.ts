// The PEM files of a host, read and tried out, so that a wrong one is told at the start and not at the first pull.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Target } from '../target.ts';
import { whyUnreadable } from './files.ts';
import type { Reading } from './sections.ts';

/** Reads a file named in the configuration, by its path as written there. @throws with a `code` as of node:fs. */
export type FileReader = (path: string) => string;

/** `url` is undefined when the host has none, or a faulty one. */
export function readTls(reading: Reading<'host'>, url: URL | undefined, read: FileReader): Target['tls'] {
  const given = (['ca', 'cert', 'key'] as const).filter((key) => reading.has(key));
  if (given.length === 0) return undefined;
  if (url?.protocol === 'http:') {
    for (const key of given) reading.at(key).complain('It has no use here: the address does not begin with https://.');
    return undefined;
  }
  for (const [one, other] of [['cert', 'key'], ['key', 'cert']] as const) {
    if (reading.has(one) && !reading.has(other)) reading.at(one).complain(`It needs ${other} beside it.`);
  }
  const ca = load('ca', (pem) => new X509Certificate(pem), 'a certificate in PEM');
  const cert = load('cert', (pem) => new X509Certificate(pem), 'a certificate in PEM');
  const key = load('key', createPrivateKey, 'a private key in PEM without a passphrase');
  if (cert !== undefined && key !== undefined && !goTogether(cert, key)) reading.at('key').complain('It does not go with cert: it is the key of another, or one of them is too weak for TLS.');
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };

  function load(name: 'ca' | 'cert' | 'key', tryOut: (pem: string) => unknown, what: string): string | undefined {
    const path = reading.values[name];
    if (path === undefined) return undefined;
    let pem: string;
    try {
      pem = read(path);
    } catch (error) {
      reading.at(name).complain(whyUnreadable(error));
      return undefined;
    }
    try {
      tryOut(pem);
      return pem;
    } catch {
      reading.at(name).complain(`The file does not hold ${what}.`);
      return undefined;
    }
  }
}

function goTogether(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
