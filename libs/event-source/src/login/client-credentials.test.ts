import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { testSecret } from '@antenna/test-kit';
import type { ClientCredentials } from '../settings/login-settings.ts';
import { clientCredentialsTokens } from './client-credentials.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe('a token endpoint', () => {
  const asked: { authorization: string | undefined; form: URLSearchParams }[] = [];
  let server: Server;
  let answer: Answer;
  let client: ClientCredentials;

  beforeAll(async () => {
    server = createServer((request, response) => {
      void formOf(request).then((form) => {
        asked.push({ authorization: request.headers.authorization, form });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = {
      provider: 'client-credentials',
      tokenUrl: `http://127.0.0.1:${port}/token`,
      clientId: 'speed layer',
      clientSecret: `${testSecret()}:%`,
      scope: 'kafka read',
      audience: undefined,
    };
  });

  beforeEach(() => {
    asked.length = 0;
  });

  afterAll(() => server.close());

  const answerWith = (status: number, body: unknown): void => {
    answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };

  it('gets a client-credentials grant, with the secret only in the header', async () => {
    answerWith(200, { access_token: 'a token', expires_in: '60' });
    const { value, expiresAtMs } = await clientCredentialsTokens(client)();
    expect([value, Math.round((expiresAtMs - Date.now()) / 10_000)]).toEqual(['a token', 6]);
    const [{ authorization = '', form } = { form: new URLSearchParams() }] = asked;
    const login = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':');
    expect(login.map(decodeURIComponent)).toEqual([client.clientId, client.clientSecret]);
    expect(Object.fromEntries(form)).toEqual({ grant_type: 'client_credentials', scope: 'kafka read' });
  });

  it.each([
    [
      'rejects the secret of the client',
      401,
      { error: 'invalid_client', error_description: 'no' },
      /401: invalid_client \(no\); check .*CLIENT_SECRET_FILE/,
    ],
    ['does not allow the scope', 400, { error: 'invalid_scope' }, /400: invalid_scope .*KAFKA_OAUTH_SCOPE/],
    ['is another web page', 200, '<html>', /without an access token; check KAFKA_OAUTH_TOKEN_URL/],
  ])('causes a final error when it %s', async (_when, status, body, message) => {
    answerWith(status, body);
    await expect(clientCredentialsTokens(client)()).rejects.toMatchObject({
      code: 'KAFKA_TOKEN_REFUSED',
      retriable: false,
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([429, 500, 503])('causes an error worth a retry when it answers with %d', async (status) => {
    answerWith(status, 'busy');
    await expect(clientCredentialsTokens(client)()).rejects.toMatchObject({
      code: 'KAFKA_TOKEN_UNAVAILABLE',
      retriable: true,
    });
  });

  it('causes an error worth a retry when nothing listens at its address', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const tokenUrl = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/token`;
    await new Promise((resolve) => gone.close(resolve));
    await expect(clientCredentialsTokens({ ...client, tokenUrl })()).rejects.toMatchObject({
      code: 'KAFKA_TOKEN_UNAVAILABLE',
      message: expect.stringContaining(tokenUrl) as string,
    });
  });

  it('is named in error messages without the secret of the client', async () => {
    answerWith(401, { error: 'invalid_client' });
    const failure: unknown = await clientCredentialsTokens(client)().catch((error: unknown) => error);
    expect(String(failure)).toContain('speed layer');
    expect(String(failure)).not.toContain(client.clientSecret);
  });
});

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await text(request));
}
