import { certificateAuthority, fileWith, settingProblems, settingSecrets, settingsIn } from '@antenna/test-kit';
import fc from 'fast-check';
import { kafkaSettings } from './kafka-settings.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';

describe('the Kafka settings', () => {
  it('default to a broker on this machine', () => {
    expect(settingsIn(kafkaSettings)).toEqual({
      brokers: ['127.0.0.1:9092'],
      topic: 'devices',
      groupId: 'speed-layer',
      ssl: false,
      sasl: undefined,
    });
  });

  it('accept several brokers', () => {
    const { brokers } = settingsIn(kafkaSettings, { KAFKA_BROKERS: 'kafka-0.kafka:9092, [::1]:9093' });
    expect(brokers).toEqual(['kafka-0.kafka:9092', '[::1]:9093']);
  });

  it.each(['kafka', 'kafka:', 'kafka:0', 'kafka:65536', ':9092', 'a:1,,b:2', 'kafka://a:1'])(
    'refuse %j as brokers',
    (KAFKA_BROKERS) => {
      expect(settingProblems(kafkaSettings, { KAFKA_BROKERS })).toHaveLength(1);
    },
  );

  it('read a login with a mechanism, a name and a password from a file', () => {
    const env = {
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD_FILE: fileWith('pw\n'),
    };
    expect(settingsIn(kafkaSettings, env).sasl).toEqual({ mechanism: 'scram-sha-512', username: 'me', password: 'pw' });
    expect(settingSecrets(kafkaSettings, env)).toEqual(['pw']);
  });

  it('require all parts of a login or none', () => {
    expect(settingProblems(kafkaSettings, { KAFKA_SASL_MECHANISM: 'plain' })).toEqual([
      'KAFKA_SASL_USERNAME: missing; KAFKA_SASL_MECHANISM needs it',
      'KAFKA_SASL_PASSWORD_FILE: missing; KAFKA_SASL_MECHANISM needs it',
    ]);
    expect(settingProblems(kafkaSettings, { KAFKA_SASL_PASSWORD_FILE: fileWith('pw') })).toEqual([
      'KAFKA_SASL_MECHANISM: missing; KAFKA_SASL_PASSWORD_FILE is given',
    ]);
  });

  it('refuse a CA file without encryption', () => {
    const KAFKA_SSL_CA_FILE = fileWith(certificate);
    expect(settingProblems(kafkaSettings, { KAFKA_SSL_CA_FILE })).toHaveLength(1);
    expect(settingsIn(kafkaSettings, { KAFKA_SSL_CA_FILE, KAFKA_SSL: 'true' }).ssl).toEqual({ ca: certificate });
  });

  it('accept a client certificate only with its key and with encryption', () => {
    const [one, other] = [certificateAuthority().issue('client'), certificateAuthority().issue('client')];
    const [cert, key] = [fileWith(one.chain), fileWith(one.privateKey)];
    const env = { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key };
    expect(settingsIn(kafkaSettings, env).ssl).toEqual({ ca: undefined, cert: one.chain, key: one.privateKey });
    expect(settingSecrets(kafkaSettings, env)).toEqual([one.privateKey]);
    const problems = [
      { KAFKA_SSL: 'false' },
      { KAFKA_SSL_KEY_FILE: '' },
      { KAFKA_SSL_CERT_FILE: '' },
      { KAFKA_SSL_KEY_FILE: fileWith(other.privateKey) },
      { KAFKA_SSL_KEY_FILE: fileWith('no key') },
    ].map((change) =>
      settingProblems(kafkaSettings, { ...env, ...change }).map((problem) => problem.replace(/given ".*" /, '')),
    );
    expect(problems).toEqual([
      ['KAFKA_SSL_CERT_FILE, KAFKA_SSL_KEY_FILE: have no effect unless KAFKA_SSL is true'],
      ['KAFKA_SSL_KEY_FILE: missing; KAFKA_SSL_CERT_FILE is given'],
      ['KAFKA_SSL_CERT_FILE: missing; KAFKA_SSL_KEY_FILE is given'],
      ['KAFKA_SSL_KEY_FILE: is not the key of the certificate in KAFKA_SSL_CERT_FILE'],
      [expect.stringMatching(/^KAFKA_SSL_KEY_FILE: \(the file holds no such key\); allowed: .*without a passphrase$/)],
    ]);
  });

  it('read a login with tokens of a token endpoint', () => {
    const env = {
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_OAUTH_PROVIDER: 'client-credentials',
      KAFKA_OAUTH_TOKEN_URL: 'https://login.example/token',
      KAFKA_OAUTH_CLIENT_ID: 'me',
      KAFKA_OAUTH_CLIENT_SECRET_FILE: fileWith('s3cret\n'),
      KAFKA_OAUTH_EXTENSIONS: 'logicalCluster=lkc-1, identityPoolId=pool-2',
    };
    expect(settingsIn(kafkaSettings, env).sasl).toEqual({
      mechanism: 'oauthbearer',
      tokens: {
        provider: 'client-credentials',
        tokenUrl: 'https://login.example/token',
        clientId: 'me',
        clientSecret: 's3cret',
        scope: undefined,
        audience: undefined,
      },
      extensions: { logicalCluster: 'lkc-1', identityPoolId: 'pool-2' },
    });
    expect(settingSecrets(kafkaSettings, env)).toEqual(['s3cret']);
  });

  it("read a login with tokens of Google's credentials, which allows no further settings", () => {
    const env = { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_PROVIDER: 'google' };
    expect(settingsIn(kafkaSettings, env).sasl).toEqual({
      mechanism: 'oauthbearer',
      tokens: { provider: 'google' },
      extensions: {},
    });
    expect(settingProblems(kafkaSettings, { ...env, KAFKA_OAUTH_CLIENT_ID: 'me' })).toEqual([
      'KAFKA_OAUTH_CLIENT_ID: of no use with KAFKA_OAUTH_PROVIDER=google',
    ]);
  });

  it.each([
    [{ KAFKA_SASL_MECHANISM: 'oauthbearer' }, ['KAFKA_OAUTH_PROVIDER: missing; KAFKA_SASL_MECHANISM needs it']],
    [{ KAFKA_OAUTH_PROVIDER: 'google' }, ['KAFKA_SASL_MECHANISM: missing; KAFKA_OAUTH_PROVIDER is given']],
    [
      { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_PROVIDER: 'google', KAFKA_SASL_USERNAME: 'me' },
      ['KAFKA_SASL_USERNAME: of no use with KAFKA_SASL_MECHANISM=oauthbearer'],
    ],
    [
      { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_PROVIDER: 'client-credentials' },
      [
        'KAFKA_OAUTH_TOKEN_URL: missing; KAFKA_OAUTH_PROVIDER needs it',
        'KAFKA_OAUTH_CLIENT_ID: missing; KAFKA_OAUTH_PROVIDER needs it',
        'KAFKA_OAUTH_CLIENT_SECRET_FILE: missing; KAFKA_OAUTH_PROVIDER needs it',
      ],
    ],
  ])('refuse an incomplete login with tokens: %j', (env, problems) => {
    expect(settingProblems(kafkaSettings, env)).toEqual(problems);
  });

  it('never show a token URL that holds a password', () => {
    const KAFKA_OAUTH_TOKEN_URL = 'https://me:s3cret@login.example/token';
    expect(settingProblems(kafkaSettings, { KAFKA_OAUTH_TOKEN_URL }).join()).not.toContain('s3cret');
  });

  it('are accepted or refused for any input: reading never throws', () => {
    const variables = kafkaSettings.settings.map(({ variable }) => variable ?? '');
    const given = fc.dictionary(fc.constantFrom(...variables), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(given, (environment) => {
        expect(() => settingProblems(kafkaSettings, environment)).not.toThrow();
      }),
    );
  });
});
