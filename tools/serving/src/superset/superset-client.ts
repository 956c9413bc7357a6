import * as z from 'zod';
import { answerOf, LoginRefusedError, refusalOf, SupersetUnreachableError } from './answer.ts';
import { fetchOnce } from './fetch-once.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with a slash. */
  readonly path: string;
  readonly json?: unknown;
  readonly form?: FormData;
}

const timeoutMs = 120_000;

const tokenAnswer = z.object({ access_token: z.string() });
const csrfAnswer = z.object({ result: z.string() });

/** A session with Superset's REST API. */
export class SupersetClient {
  readonly #url: string;
  readonly #username: string;
  #session: Readonly<Record<string, string>> = {};

  private constructor(url: URL, username: string) {
    this.#url = url.href.replace(/\/$/, '');
    this.#username = username;
  }

  /**
   * @throws {LoginRefusedError}
   * @throws {SupersetUnreachableError}
   */
  static async login(url: URL, { username, password }: Credentials): Promise<SupersetClient> {
    const client = new SupersetClient(url, username);
    const json = { username, password, provider: 'db', refresh: false };
    const { access_token } = tokenAnswer.parse(
      await client.call({ method: 'POST', path: '/api/v1/security/login', json }),
    );
    client.#session = { authorization: `Bearer ${access_token}` };
    await client.#protectWrites();
    return client;
  }

  /**
   * @returns the answer's JSON.
   * @throws {LoginRefusedError | PermissionMissingError | SupersetRefusedError | SupersetUnreachableError}
   */
  async call(call: Call): Promise<unknown> {
    const response = await this.#send(call);
    const answer = await answerOf(response);
    if (response.ok && answer.isJson) return answer.json;
    throw refusalOf({ ...call, username: this.#username, url: this.#url }, response.status, answer);
  }

  /** All rows of a list. The server gives at most a hundred at a time. */
  async list<T>(kind: 'chart' | 'dashboard' | 'database' | 'dataset', row: z.ZodType<T>): Promise<readonly T[]> {
    const page = z.object({ count: z.int(), result: z.array(row) });
    const rows: T[] = [];
    for (let index = 0; ; index += 1) {
      const query = `(page:${index},page_size:100,order_column:changed_on_delta_humanized,order_direction:asc)`;
      const { count, result } = page.parse(await this.call({ method: 'GET', path: `/api/v1/${kind}/?q=${query}` }));
      rows.push(...result);
      if (rows.length >= count || result.length === 0) return rows;
    }
  }

  /** Writes are accepted with a token and the cookie of the session that it was given in; both are needed. */
  async #protectWrites(): Promise<void> {
    const response = await this.#send({ method: 'GET', path: '/api/v1/security/csrf_token/' });
    const answer = await answerOf(response);
    const token = csrfAnswer.safeParse(answer.json);
    if (!token.success) throw new LoginRefusedError(`${this.#url} gives ${this.#username} no session`);
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    this.#session = {
      ...this.#session,
      cookie: cookies.join('; '),
      'x-csrftoken': token.data.result,
      referer: `${this.#url}/`,
    };
  }

  async #send({ method, path, json, form }: Call): Promise<Response> {
    const body = json === undefined ? form : JSON.stringify(json);
    try {
      return await fetchOnce(`${this.#url}${path}`, {
        method,
        // Without `accept`, errors are pages. A call without a session is redirected to the login page.
        headers: {
          accept: 'application/json',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...this.#session,
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw unreachable(this.#url, error);
    }
  }
}

export function unreachable(url: string, error: unknown): SupersetUnreachableError {
  return new SupersetUnreachableError(
    `no Superset answers at ${url} (${factOf(error)}); start one with npx nx run serving:up, or give its address by --url`,
    { cause: error },
  );
}

/** `fetch` itself says no more than that it failed. */
function factOf(error: unknown): string {
  const hasCause = typeof error === 'object' && error !== null && 'cause' in error;
  return String(hasCause ? error.cause : error).replace(/^Error: /, '');
}
