import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const KEY_ID = 'the key of a test';

/** Who may have tokens. */
export interface TokenClient {
  readonly id: string;
  readonly secret: string;
}

/** An authorization server: it issues tokens to one client, and publishes the key that signs them to brokers. */
export class TokenServer {
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #client: TokenClient;
  readonly #lifeSeconds: number;
  readonly #server: Server;
  /** How many tokens it has given. */
  given = 0;

  constructor(client: TokenClient, { lifeSeconds }: { readonly lifeSeconds: number }) {
    this.#client = client;
    this.#lifeSeconds = lifeSeconds;
    this.#server = createServer((request, response) => {
      const [status, body] = request.url === '/keys' ? [200, this.#keySet()] : this.#answer(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get tokenUrl(): string {
    return `${this.#origin}/token`;
  }

  get keysUrl(): string {
    return `${this.#origin}/keys`;
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer({ headers }: IncomingMessage): readonly [number, object] {
    const login = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
    const { id, secret } = this.#client;
    if (login !== [id, secret].map(encodeURIComponent).join(':')) return [401, { error: 'invalid_client' }];
    this.given += 1;
    return [200, { access_token: this.#token(), token_type: 'Bearer', expires_in: this.#lifeSeconds }];
  }

  #token(): string {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const claims = { sub: this.#client.id, scope: 'kafka', iat: nowSeconds, exp: nowSeconds + this.#lifeSeconds };
    const signed = [{ alg: 'RS256', kid: KEY_ID, typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#keys.privateKey).toString('base64url')}`;
  }

  #keySet(): object {
    const key = this.#keys.publicKey.export({ format: 'jwk' });
    return { keys: [{ ...key, kid: KEY_ID, alg: 'RS256', use: 'sig' }] };
  }
}
