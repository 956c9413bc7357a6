import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { googleTokens, wrappedToken } from './google-credentials.ts';

const ACCOUNT = 'speed-layer@project.iam.gserviceaccount.com';
const PLACE = '/computeMetadata/v1/instance/service-accounts/default';

describe('a token of the metadata server, as with Workload Identity', () => {
  const saved = { ...process.env };
  let server: Server;
  let isUp = true;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      response.setHeader('metadata-flavor', 'Google');
      if (!isUp) response.writeHead(404).end('no service account');
      else if (path === `${PLACE}/token`) response.end(JSON.stringify({ access_token: 'ya29.x', expires_in: 3_600 }));
      else if (path === `${PLACE}/email`) response.end(ACCOUNT);
      else response.end('googleapis.com');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env['GCE_METADATA_HOST'] = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
    // The library looks for a credentials file of the user here.
    process.env['CLOUDSDK_CONFIG'] = '/nowhere';
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
  });

  afterAll(() => {
    process.env = saved;
    server.close();
  });

  it('is wrapped with the e-mail address of the service account, and expires when Google says', async () => {
    const { value, expiresAtMs } = await googleTokens()();
    const [, claims = '', token = ''] = value.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect([token, Object.entries(JSON.parse(claims) as object)]).toEqual([
      'ya29.x',
      expect.arrayContaining([['sub', ACCOUNT]]),
    ]);
    expect(Math.round((expiresAtMs - Date.now()) / 60_000)).toBe(60);
  });

  it('is refused with advice when the workload has no service account', async () => {
    isUp = false;
    await expect(googleTokens()()).rejects.toMatchObject({
      code: 'KAFKA_TOKEN_REFUSED',
      message: expect.stringMatching(/Workload Identity .* GOOGLE_APPLICATION_CREDENTIALS/) as string,
    });
  });
});

describe("a token for Google's managed Kafka", () => {
  it('carries the access token as the third part of an unsigned web token', () => {
    const parts = wrappedToken({
      accessToken: 'ya29.of/Google~1',
      account: 'speed-layer@project.iam.gserviceaccount.com',
      issuedAtMs: 1_700_000_000_999,
      expiresAtMs: 1_700_003_600_000,
    }).split('.');
    const [header = '', claims = '', token] = parts.map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header)).toEqual({ typ: 'JWT', alg: 'GOOG_OAUTH2_TOKEN' });
    expect(Object.entries(JSON.parse(claims) as object).sort()).toEqual([
      ['exp', 1_700_003_600],
      ['iat', 1_700_000_000],
      ['iss', 'Google'],
      ['scope', 'kafka'],
      ['sub', 'speed-layer@project.iam.gserviceaccount.com'],
    ]);
    expect(token).toBe('ya29.of/Google~1');
  });
});
