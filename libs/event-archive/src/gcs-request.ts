import { type IncomingMessage, request as requestOverHttp } from 'node:http';
import { request as requestOverHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Bucket } from '@google-cloud/storage';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** How the requests of a store reach its server. */
export interface ServerAccess {
  /** Whether requests carry credentials: to Google's server, but not to an emulator. */
  readonly isAuthorized: boolean;
  /** How long a connection may carry no bytes in either direction (milliseconds). */
  readonly idleMs: number;
}

export interface ObjectRequest extends ServerAccess {
  /** Path and query below the origin of the bucket's server. */
  readonly path: string;
  /** What a POST sends; without it the request is a GET. */
  readonly body?: { readonly contentType: string; readonly parts: readonly Uint8Array[] };
}

/**
 * Sends a request for an object, and resolves with the beginning of the response. It bypasses the storage client, whose
 * requests cannot be aborted, warn of leaks at each download, and take two round trips for an upload. It does not use
 * `fetch`, since that of Node 24 ends the process when a server closes a connection with unread data (nodejs/undici#5360).
 */
export async function responseOf(bucket: Bucket, request: ObjectRequest): Promise<IncomingMessage> {
  const { apiEndpoint, authClient } = bucket.storage;
  const url = new URL(`${apiEndpoint}${request.path}`);
  const credentials = request.isAuthorized
    ? await withDeadline(request.idleMs, () => authClient.getRequestHeaders(url.href))
    : new Headers();
  return send(url, credentials, request);
}

function send(url: URL, credentials: Headers, { body, idleMs }: ObjectRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const proxy = proxyFor(url, process.env);
  const length = body?.parts.reduce((sum, part) => sum + part.byteLength, 0) ?? 0;
  const content = body === undefined ? {} : { 'content-type': body.contentType, 'content-length': length };
  const request = (url.protocol === 'http:' ? requestOverHttp : requestOverHttps)(
    url,
    {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...Object.fromEntries(credentials), ...content },
      timeout: idleMs,
      ...(proxy === undefined ? {} : { agent: new HttpsProxyAgent(proxy) }),
    },
    resolve,
  );
  request.on('timeout', () => request.destroy(silence(idleMs))).on('error', reject);
  for (const part of body?.parts ?? []) request.write(part);
  request.end();
  return promise;
}

/** An error with the status, message and reasons of a response that is a refusal. */
export async function refusalIn(response: IncomingMessage): Promise<Error> {
  const { statusCode: status, statusMessage } = response;
  const answered = await text(response);
  const { message, errors } = errorIn(answered);
  return Object.assign(new Error(message ?? (answered || statusMessage)), { status, errors });
}

interface GoogleError {
  readonly message?: string;
  readonly errors?: readonly unknown[];
}

function errorIn(answered: string): GoogleError {
  try {
    return (JSON.parse(answered) as { readonly error?: GoogleError }).error ?? {};
  } catch {
    return {};
  }
}

/**
 * Rejects an operation that takes longer than `ms`. The operation itself goes on unless it observes the signal.
 * @throws {DOMException} TimeoutError.
 */
export async function withDeadline<T>(ms: number, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const overdue = new AbortController();
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = silence(ms);
    overdue.abort(reason);
    expired.reject(reason);
  }, ms);
  try {
    return await Promise.race([operation(overdue.signal), expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function silence(ms: number): DOMException {
  return new DOMException(`no answer within ${ms / 1000} s`, 'TimeoutError');
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for requests of Google's storage client, by the rules of its library gaxios: HTTPS_PROXY or HTTP_PROXY, in
 * capitals or not, unless NO_PROXY names the host (`storage.googleapis.com`), its origin, or its domain
 * (`.googleapis.com`, `*.googleapis.com`).
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const first = (...names: readonly string[]) => names.map((name) => environment[name]).find(Boolean);
  const proxy = first('HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy');
  const exceptions = (first('NO_PROXY', 'no_proxy') ?? '').split(',').map((rule) => rule.trim());
  return exceptions.some((rule) => isMeant(url, rule)) ? undefined : proxy;
}

function isMeant({ hostname, origin }: URL, rule: string): boolean {
  if (rule === hostname || rule === origin) return true;
  const domain = rule.replace(/^\*\./, '.');
  return domain.startsWith('.') && hostname.endsWith(domain);
}
