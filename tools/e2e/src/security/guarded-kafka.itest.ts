import {
  certificateAuthority,
  type Environment,
  produce,
  type Program,
  type TemporaryFolder,
  temporaryFolder,
  type TestDatabase,
  testDatabase,
  testKafka,
  testSecret,
  until,
} from '@antenna/test-kit';
import kafkajs, { type Admin } from 'kafkajs';
import { countedBytes, EVENT } from '../stream.ts';
import { lastLine, startApp } from '../workers.ts';
import { type GuardedBroker, startGuardedBroker } from './guarded-broker.ts';
import { TokenServer } from './token-server.ts';

const TOPIC = 'devices';
const CLIENT = 'speed-layer';
/** Of a token: the client logs in anew 10 s before the broker ends a session. */
const LIFE_SECONDS = 20;

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

describe('a worker at a broker that guards itself', () => {
  let folder: TemporaryFolder;
  let database: TestDatabase;
  let tokens: TokenServer;
  let broker: GuardedBroker;
  let admin: Admin;
  let byToken: Environment;
  let byCertificate: Environment;

  beforeAll(async () => {
    [folder, database] = await Promise.all([temporaryFolder(), testDatabase()]);
    const secret = testSecret();
    const authority = certificateAuthority();
    tokens = new TokenServer({ id: CLIENT, secret }, { lifeSeconds: LIFE_SECONDS });
    await tokens.start();
    broker = await startGuardedBroker({ home: folder.path, tokens, authority });
    admin = testKafka([broker.plain]).admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: [TOPIC, 'guarded', 'withdrawn'].map((topic) => ({ topic })),
    });
    await send();
    byToken = {
      DATABASE_URL: database.url,
      SINKS: 'totals',
      KAFKA_BROKERS: broker.tokens,
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_OAUTH_PROVIDER: 'client-credentials',
      KAFKA_OAUTH_TOKEN_URL: tokens.tokenUrl,
      KAFKA_OAUTH_CLIENT_ID: CLIENT,
      KAFKA_OAUTH_CLIENT_SECRET_FILE: await folder.write('secret', secret),
    };
    const own = authority.issue('a-worker');
    byCertificate = {
      DATABASE_URL: database.url,
      SINKS: 'totals',
      KAFKA_BROKERS: broker.certificates,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: await folder.write('authority.pem', authority.certificate),
      KAFKA_SSL_CERT_FILE: await folder.write('worker.pem', own.chain),
      KAFKA_SSL_KEY_FILE: await folder.write('worker.key', own.privateKey),
    };
  });

  afterAll(async () => {
    await admin.disconnect();
    await broker.server.stop('immediate');
    tokens.close();
    await Promise.all([folder.close(), database.close()]);
  });

  const send = () => produce({ topic: TOPIC, brokers: [broker.plain] }, [{ value: JSON.stringify(EVENT) }]);

  const sumOfBytes = () => countedBytes(database.url);

  const drain = (environment: Environment): Program => startApp('speed-layer', ['drain'], environment);

  /** An ACL for another principal, which leaves this worker without the right; or a deny rule for this worker. */
  const addRule = (resource: 'topic' | 'group', name: string, principal: string, isAllowed: boolean) =>
    admin.createAcls({
      acl: [
        {
          resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
          resourceName: name,
          resourcePatternType: ResourcePatternTypes.LITERAL,
          principal: `User:${principal}`,
          host: '*',
          operation: AclOperationTypes.READ,
          permissionType: isAllowed ? AclPermissionTypes.ALLOW : AclPermissionTypes.DENY,
        },
      ],
    });

  it('logs in with a certificate of its own where the broker demands one, and says so where it has none', async () => {
    expect(await drain(byCertificate)).toMatchObject({ exitCode: 0 });
    expect(await sumOfBytes()).toBe(EVENT.bytes);
    const without = await drain({ ...byCertificate, KAFKA_SSL_CERT_FILE: '', KAFKA_SSL_KEY_FILE: '' });
    expect(lastLine(without)).toMatch(/^KAFKA_UNREACHABLE: .* see KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE$/);
  });

  it('logs in with tokens and renews them while it serves, without leaving its group', async () => {
    const worker = startApp('speed-layer', ['serve', '--http-port=0'], byToken);
    const whileItRuns = <T>(condition: Promise<T>): Promise<T> =>
      Promise.race([condition, worker.then(({ all }) => Promise.reject(new Error(`the worker ended: ${all}`)))]);
    try {
      const before = await sumOfBytes();
      await send();
      const counted = async (events: number) => (await sumOfBytes()) === before + events * EVENT.bytes;
      await whileItRuns(until(() => counted(1), { what: 'first event', deadlineMs: 60_000 }));
      const given = tokens.given;
      await whileItRuns(until(() => tokens.given >= given + 3, { what: 'third new token', deadlineMs: 120_000 }));
      await send();
      await whileItRuns(until(() => counted(2), { what: 'second event', deadlineMs: 60_000 }));
    } finally {
      worker.kill('SIGTERM');
    }
    const { exitCode, stderr } = await worker;
    const logged = (message: string) => stderr.split('\n').filter((line) => line.includes(`"${message}"`)).length;
    expect([exitCode, logged('claimed'), logged('the consumer crashed')]).toEqual([0, 1, 0]);
  }, 300_000);

  it('says which setting is wrong when it gets no token, and nothing of its secret', async () => {
    const wrong = testSecret();
    const refused = await drain({ ...byToken, KAFKA_OAUTH_CLIENT_SECRET_FILE: await folder.write('wrong', wrong) });
    expect(lastLine(refused)).toMatch(/^KAFKA_TOKEN_REFUSED: .*invalid_client.*KAFKA_OAUTH_CLIENT_SECRET_FILE/);
    expect(refused.all).not.toContain(wrong);
  });

  it('names the topic, or the group, and the right that it lacks', async () => {
    await addRule('topic', 'guarded', 'somebody-else', true);
    await addRule('group', 'guarded', 'somebody-else', true);
    const [topic, group] = await Promise.all([
      drain({ ...byToken, KAFKA_TOPIC: 'guarded' }),
      drain({ ...byToken, KAFKA_GROUP_ID: 'guarded' }),
    ]);
    expect(lastLine(topic)).toMatch(/^KAFKA_NOT_AUTHORIZED: .* topic guarded: it lacks the right Read/);
    expect(lastLine(group)).toMatch(/^KAFKA_NOT_AUTHORIZED: .* group guarded: it lacks the right Read/);
    const released = await startApp('speed-layer', ['release-group'], { ...byToken, KAFKA_GROUP_ID: 'guarded' });
    expect(lastLine(released)).toMatch(/^KAFKA_NOT_AUTHORIZED: .* group guarded: it lacks the right Describe/);
  });

  it('ends with the name of the topic when the right to read it is withdrawn while it serves', async () => {
    const other = await testDatabase();
    const worker = startApp('speed-layer', ['serve', '--http-port=0'], {
      ...byToken,
      DATABASE_URL: other.url,
      KAFKA_TOPIC: 'withdrawn',
      KAFKA_GROUP_ID: 'withdrawn',
    });
    const groups = async () => (await admin.describeGroups(['withdrawn'])).groups[0]?.state;
    await until(async () => (await groups()) === 'Stable', { what: 'worker in the group', deadlineMs: 60_000 });
    await addRule('topic', 'withdrawn', CLIENT, false);
    const ended = await worker;
    await other.close();
    expect(ended.exitCode).toBe(1);
    expect(lastLine(ended)).toMatch(/^KAFKA_NOT_AUTHORIZED: .* topic withdrawn: it lacks the right Read/);
  });

  it('reads from a broker that is named by its IPv6 address', async () => {
    const before = await sumOfBytes();
    await send();
    const { exitCode } = await drain({ DATABASE_URL: database.url, SINKS: 'totals', KAFKA_BROKERS: broker.ipv6 });
    expect([exitCode, await sumOfBytes()]).toEqual([0, before + EVENT.bytes]);
  });

  it('names the advertised address that does not answer, within seconds', async () => {
    const startedMs = performance.now();
    const ended = await drain({ DATABASE_URL: database.url, SINKS: 'totals', KAFKA_BROKERS: broker.lost });
    expect(lastLine(ended)).toContain(`KAFKA_ADVERTISED_ADDRESS: `);
    expect(lastLine(ended)).toMatch(new RegExp(`${broker.nowhere} \\(ECONNREFUSED\\).*advertised\\.listeners`));
    expect(performance.now() - startedMs).toBeLessThan(25_000);
  });
});
