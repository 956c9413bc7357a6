import { chmod } from 'node:fs/promises';
import { freePorts, type LocalServer, startKafka } from '@antenna/local-stack';
import {
  asKafkaAdministrator,
  createTopic,
  certificateAuthority,
  type Environment,
  produce,
  type TemporaryFolder,
  temporaryFolder,
  type TestDatabase,
  testDatabase,
  testSecret,
} from '@antenna/test-kit';
import { countedBytes, EVENT } from '../stream.ts';
import { lastLine, startApp } from '../workers.ts';

const TOPIC = 'devices';
const LOGIN = 'speed-layer';

describe('a broker that wants TLS and a login by SCRAM', () => {
  let folder: TemporaryFolder;
  let broker: LocalServer;
  let database: TestDatabase;
  let environment: Environment;
  let others: Readonly<Record<'authority' | 'password' | 'encryptedPort' | 'plainPort', string>>;

  beforeAll(async () => {
    [folder, database] = await Promise.all([temporaryFolder(), testDatabase()]);
    await chmod(folder.path, 0o755);
    const authority = certificateAuthority();
    const password = testSecret();
    const { kafka: port, controller: controllerPort, gcs: encryptedPort } = await freePorts();
    broker = await startKafka({
      home: folder.path,
      port,
      controllerPort,
      report: () => undefined,
      secure: {
        host: 'localhost',
        port: encryptedPort,
        certificate: authority.issue('localhost'),
        logins: [{ name: LOGIN, password }],
      },
    });
    const topic = { topic: TOPIC, numPartitions: 2 };
    await asKafkaAdministrator([broker.address], (admin) => createTopic(admin, topic));
    await produce({ topic: TOPIC, brokers: [broker.address] }, [{ value: JSON.stringify(EVENT) }]);
    others = {
      authority: await folder.write('other.pem', certificateAuthority().certificate),
      password: await folder.write('other-password', testSecret()),
      encryptedPort: `127.0.0.1:${encryptedPort}`,
      plainPort: `127.0.0.1:${port}`,
    };
    environment = {
      DATABASE_URL: database.url,
      SINKS: 'totals',
      KAFKA_BROKERS: `localhost:${encryptedPort}`,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: await folder.write('authority.pem', authority.certificate),
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: LOGIN,
      KAFKA_SASL_PASSWORD_FILE: await folder.write('password', password),
    };
  });

  afterAll(async () => {
    await broker.stop('immediate');
    await Promise.all([folder.close(), database.close()]);
  });

  const drain = (changes: Environment) => startApp('speed-layer', ['drain'], { ...environment, ...changes });

  it.each(['scram-sha-256', 'scram-sha-512'])('lets a worker in by %s', async (mechanism) => {
    const { exitCode, stderr } = await drain({ KAFKA_SASL_MECHANISM: mechanism });
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await countedBytes(database.url)).toBe(EVENT.bytes);
  });

  it('is not used by a worker, who says which setting is wrong, if', async () => {
    const cases: Readonly<Record<string, readonly [changes: Environment, message: RegExp]>> = {
      'another authority signed its certificate': [{ KAFKA_SSL_CA_FILE: others.authority }, /set KAFKA_SSL_CA_FILE/],
      'the worker trusts only the well-known authorities': [{ KAFKA_SSL_CA_FILE: '' }, /set KAFKA_SSL_CA_FILE/],
      'it is asked by another name than its certificate has': [
        { KAFKA_BROKERS: others.encryptedPort },
        /127\.0\.0\.1 is not in the cert.*; name the brokers in KAFKA_BROKERS/,
      ],
      'the password is wrong': [{ KAFKA_SASL_PASSWORD_FILE: others.password }, /see .*KAFKA_SASL_PASSWORD_FILE/],
      'no login has this name': [{ KAFKA_SASL_USERNAME: 'nobody' }, /see KAFKA_SASL_USERNAME/],
      'it knows no such mechanism': [{ KAFKA_SASL_MECHANISM: 'plain' }, /see KAFKA_SASL_MECHANISM/],
      'the worker does not encrypt': [{ KAFKA_SSL: 'false', KAFKA_SSL_CA_FILE: '' }, /wants TLS .*: see KAFKA_SSL/],
      'the worker does not log in': [
        { KAFKA_SASL_MECHANISM: '', KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD_FILE: '' },
        /wants TLS or a login: see .*KAFKA_SASL_\*/,
      ],
      'the worker encrypts at the port without TLS': [{ KAFKA_BROKERS: others.plainPort }, /: see KAFKA_SSL/],
    };
    // At once, as each worker spends most of its time waiting for another try.
    const found = await Promise.all(
      Object.entries(cases).map(async ([name, [changes, message]]) => [name, refusal(await drain(changes), message)]),
    );
    const expected = Object.keys(cases).map((name) => [name, { exitCode: 1, message: 'as expected' }]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });
});

/** How a worker was refused: its last line where that is another than was expected. */
function refusal(
  ended: { exitCode?: number | undefined; stderr: string },
  expected: RegExp,
): { exitCode: number | undefined; message: string } {
  const line = lastLine(ended);
  const isExpected = line.startsWith('KAFKA_UNREACHABLE: ') && expected.test(line);
  return { exitCode: ended.exitCode, message: isExpected ? 'as expected' : line };
}
