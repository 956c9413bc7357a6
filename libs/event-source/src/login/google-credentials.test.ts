import { wrappedToken } from './google-credentials.ts';

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
