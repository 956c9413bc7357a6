import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { get as getOverHttp, type IncomingMessage } from 'node:http';
import { get as getOverHttps } from 'node:https';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Bucket, HashStreamValidator } from '@google-cloud/storage';
import { HttpsProxyAgent } from 'https-proxy-agent';

export interface Download {
  /** Name of the object. */
  readonly name: string;
  readonly localFile: string;
  /** Whether the request carries credentials; an emulator needs none. */
  readonly isAuthorized: boolean;
  /** How long the server may be silent (milliseconds). */
  readonly idleMs: number;
}

/**
 * Copies an object to a local file and checks its CRC32C. A failure leaves no file. The request bypasses the storage
 * client, whose requests cannot be aborted and warn of leaks at each file. It does not use `fetch`, since that of Node
 * 24 ends the process when a server closes a connection with unread data (nodejs/undici#5360).
 */
export async function downloadObject(
  bucket: Bucket,
  { name, localFile, isAuthorized, idleMs }: Download,
): Promise<void> {
  const { apiEndpoint, authClient } = bucket.storage;
  const url = `${apiEndpoint}/storage/v1/b/${bucket.name}/o/${encodeURIComponent(name)}?alt=media`;
  const headers = isAuthorized ? await authClient.getRequestHeaders(url) : new Headers();
  const silent = new AbortController();
  const timer = setTimeout(() => {
    silent.abort(new DOMException(`no answer within ${idleMs / 1000} s`, 'TimeoutError'));
  }, idleMs);
  try {
    const response = await answerTo(url, headers, silent.signal);
    await mkdir(dirname(localFile), { recursive: true });
    await pipeline(
      chunksOf(response, () => timer.refresh()),
      new HashStreamValidator({ crc32c: true, crc32cExpected: crc32cOf(response) }),
      createWriteStream(localFile),
    );
  } catch (error) {
    await rm(localFile, { force: true });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** @throws an error with the `status` of a response other than the object. */
async function* chunksOf(response: IncomingMessage, onChunk: () => void): AsyncGenerator<Buffer, void, void> {
  const { statusCode: status, statusMessage } = response;
  if (status !== OK) throw Object.assign(new Error((await text(response)) || statusMessage), { status });
  const chunks: AsyncIterable<Buffer> = response;
  for await (const chunk of chunks) {
    onChunk();
    yield chunk;
  }
}

function answerTo(url: string, headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const get = new URL(url).protocol === 'http:' ? getOverHttp : getOverHttps;
  const proxy = proxyFor(new URL(url), process.env);
  const agent = proxy === undefined ? {} : { agent: new HttpsProxyAgent(proxy) };
  get(url, { headers: Object.fromEntries(headers), signal, ...agent }, resolve).on('error', reject);
  return promise;
}

const OK = 200;

/** `x-goog-hash: crc32c=…,md5=…` */
function crc32cOf({ headers }: IncomingMessage): string {
  const hashes = headers['x-goog-hash'] ?? '';
  return /crc32c=([^,\s]+)/.exec(String(hashes))?.[1] ?? '';
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
