// Who may ask. On loopback the name in the Host header is checked, so that no web site can point its own name here
// (DNS rebinding); elsewhere nothing answers without credentials.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { HttpError } from './http-error.ts';

export interface Access {
  /** Whether the server listens on loopback alone. */
  readonly loopback: boolean;
  /** Names besides those of loopback, lower case, without port. */
  readonly allowedHosts: readonly string[];
  readonly credentials?: { readonly user: string; readonly password: string };
  /** On loopback: who brings it in the address may ask, and gets a cookie for the addresses that follow. Other users of the machine do not know it. */
  readonly token?: string;
  /** The samplers' secrets: whoever has one may read metrics and trigger a pull. */
  readonly secrets: readonly string[];
}

/** No web site can own an address of loopback: all of 127.0.0.0/8 is let in. */
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;
const FOR_MACHINES = /^\/(?:metrics|collector)\/?$/;

/**
 * Directives of our own: helmet's would upgrade to https, which breaks plain http under any name but loopback's.
 * `more` replaces some of them.
 */
export function policy(more: Readonly<Record<string, readonly string[]>> = {}): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        ...more,
      },
    },
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
}

export function guard({ loopback, allowedHosts, credentials, token, secrets }: Access): RequestHandler {
  const same = createComparer();
  return (request, response, next) => {
    if (loopback && !LOOPBACK.test(nameOf(request)) && !allowedHosts.includes(nameOf(request))) {
      throw new HttpError(403, 'HOST_NOT_ALLOWED', `This page does not answer to the name ${JSON.stringify(nameOf(request))}: add it to [visualizer] allowed_hosts.`);
    }
    if (token !== undefined) {
      admitWithToken(request, response, next, (brought) => same(brought, token));
      return;
    }
    if (credentials === undefined ? loopback : same(request.headers.authorization, basic(credentials))) {
      next();
      return;
    }
    if (FOR_MACHINES.test(request.path) && secrets.some((secret) => same(tokenOf(request), secret))) {
      next();
      return;
    }
    response.set('www-authenticate', 'Basic realm="liveprofiler", charset="UTF-8"');
    throw new HttpError(401, 'UNAUTHORIZED', 'This needs the user and the password of [visualizer].');
  };
}

/** A pull changes something: no other site's page may cause one. */
export function mayTrigger(request: Request, _response: Response, next: NextFunction): void {
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw new HttpError(403, 'CROSS_SITE', 'Another site may not start a pull.');
  next();
}

/** For what no other site may cause or learn of, such as what a program holds in memory. Browsers that do not tell the site tell the origin of a change. */
export function sameOrigin(request: Request, _response: Response, next: NextFunction): void {
  const { 'sec-fetch-site': site, origin, host = '' } = request.headers;
  const foreign = site === undefined ? origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}` : site !== 'same-origin' && site !== 'none';
  if (foreign) throw new HttpError(403, 'CROSS_SITE', 'Another site may not ask for this.');
  next();
}

function admitWithToken(request: Request, response: Response, next: NextFunction, isToken: (brought: string | undefined) => boolean): void {
  // Cookies know no ports: each has one of its own.
  const name = `liveprofiler_${request.socket.localPort ?? 0}`;
  const asked = new URLSearchParams(request.originalUrl.split('?')[1]);
  const brought = asked.get('token') ?? undefined;
  if (isToken(brought)) {
    response.cookie(name, brought, { httpOnly: true, sameSite: 'lax' });
    asked.delete('token');
    // Neither the history of a browser nor a link that is copied holds it.
    if (request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate') response.redirect(`${request.path.replace(/^[/\\]+/, '/')}${asked.size > 0 ? `?${asked.toString()}` : ''}`);
    else next();
    return;
  }
  const cookie = (request.headers.cookie ?? '').split('; ').find((one) => one.startsWith(`${name}=`));
  if (!isToken(cookie?.slice(name.length + 1))) throw new HttpError(401, 'TOKEN_NEEDED', 'This shows what a program holds, to its owner alone: open the whole address that the program told on stderr.');
  next();
}

function nameOf({ headers: { host = '' } }: Request): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function tokenOf({ headers }: Request): string | undefined {
  const token = headers['profiler-token'] ?? headers['profiler_token'];
  return typeof token === 'string' ? token : undefined;
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Keyed hashes have one length, and the time to compare them tells nothing. */
function createComparer(): (brought: string | undefined, expected: string) => boolean {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return (brought, expected) => brought !== undefined && timingSafeEqual(digest(brought), digest(expected));
}
