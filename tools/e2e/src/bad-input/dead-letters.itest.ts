import { randomBytes } from 'node:crypto';
import { asKafkaAdministrator, type Environment, produce } from '@antenna/test-kit';
import { ensureLogin, openDatabase } from '@antenna/usage-store';
import type { Failpoint } from '../failpoint.ts';
import { deleteRecordsBefore, newStream, type Stream } from '../stream.ts';
import { drain, startWorker } from '../workers.ts';

const EVENT = { timestamp: '2022-10-29T13:30:00Z', id: 'fede', antenna_id: 'north', bytes: 7, app: 'SKYPE' };
const EVENT_TEXT = JSON.stringify(EVENT);
const LONG_TEXT = `{"id":"fede","note":"${'x'.repeat(6_000)}`;

/** Hours before the event: a wrong clock then, and none once the record is sent again. */
const EARLY_MS = Date.parse('2022-10-29T11:00:00Z');

const RECORDS = [
  { key: 'fede', value: EVENT_TEXT, timestamp: String(EARLY_MS) },
  { key: 'fede', value: LONG_TEXT },
  // From here on they are counted only.
  { key: null, value: 'fede, 1' },
  { key: 'fede', value: EVENT_TEXT },
  { key: null, value: '{}' },
  { key: null, value: 'fede, 2' },
];

const startDeadLetters = (environment: Environment, args: readonly string[], failpoint?: Failpoint) =>
  startWorker(['dead-letters', ...args], environment, failpoint);

describe('dead letters', () => {
  let stream: Stream;
  let operator: Environment;
  const login = { role: `test_${randomBytes(6).toString('hex')}`, group: 'antenna_operator' } as const;

  beforeEach(async () => {
    stream = await newStream({
      partitions: 1,
      topicSettings: { 'retention.ms': '-1' },
      environment: { DEAD_LETTERS_WHOLE: '2' },
    });
    operator = { ...stream.environment, DATABASE_URL: await operatorUrl(stream) };
    await produce(stream, RECORDS);
    await drain(stream.environment);
  });

  afterEach(async () => {
    await stream.close();
    const owner = openDatabase({ url: process.env['TEST_DATABASE_URL'] ?? '' }, { applicationName: 'test' });
    await owner.raw('DROP ROLE IF EXISTS ??', [login.role]);
    await owner.destroy();
  });

  it('are listed in both forms, without what they hold', async () => {
    const { stdout, stderr } = await startDeadLetters(operator, ['list']);
    expect(stdout).toMatch(/0\/0 +│ 1 +│ wrong_clock /);
    expect(stdout).toMatch(/0\/2-5 +│ 2 +│ not_json +│ counted only/);
    expect(stdout).toMatch(/0\/4-4 +│ 1 +│ missing_field /);
    expect(stdout).toContain('\n5 records');
    expect(stdout + stderr).not.toContain('fede');
  });

  it('are listed by reason, partition and time, for programs too', async () => {
    expect(await listed('--reason=not_json')).toMatchObject([
      { is_whole: true, first_offset: 1, records: 1, bytes: LONG_TEXT.length },
      { is_whole: false, first_offset: 2, last_offset: 5, records: 2 },
    ]);
    expect(await listed('--partition=1')).toEqual([]);
    expect(await listed('--stored-until=2022-10-29T13:00')).toEqual([]);
    expect(await listed('--stored-since=2022-10-29T13:00', '--limit=1')).toHaveLength(1);
  });

  it('are shown whole, read again from the topic where the database has not all of them', async () => {
    const { stdout, exitCode } = await startDeadLetters(operator, ['show', '--records=0/0-9']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      `0/0 wrong_clock: timestamp: expected at most 3600000 ms after the record's own timestamp`,
    );
    expect(stdout).toContain(`  value ${JSON.stringify(EVENT_TEXT)}\n`);
    expect(stdout).toContain(`  value ${JSON.stringify(LONG_TEXT)}\n`);
    expect(stdout).toContain('  value "fede, 2"\n');
    expect(stdout).toContain('0/2-5 not_json: 2 records counted, 2 of them found in the topic\n');
  });

  it('are shown as gone where the topic no longer holds them', async () => {
    await deleteRecordsBefore(stream, 0, 3);
    const { stdout } = await startDeadLetters(operator, ['show', '--records=0/1-9']);
    expect(stdout).toContain('xxx" (the beginning: the record is not in the topic any more)\n');
    expect(stdout).not.toContain('fede, 1');
    expect(stdout).toContain('  value "fede, 2"\n');
    expect(stdout).toContain(
      '0/2-5 not_json: 2 records counted, 1 of them found in the topic; 1 of them are not in the topic any more\n',
    );
    expect((await replay('--records=0/1')).stdout).toContain('0/1 not sent: the record is not in the topic any more');
  });

  it('are sent again once, and then are what they are by their new timestamp', async () => {
    const sent = await replay('--records=0/0,0/2-5');
    expect(sent.stdout.split('\n')).toEqual([
      '0/0 sent as 0/6: not processed yet',
      '0/2 sent as 0/7: not processed yet',
      '0/4 sent as 0/8: not processed yet',
      '0/5 sent as 0/9: not processed yet',
      '4 sent, 0 not; 0 of unknown outcome; 0 counted, 0 dead letters again',
    ]);
    expect(sent.exitCode).toBe(0);
    expect(sent.stdout + sent.stderr).not.toContain('fede');
    await drain(stream.environment);
    const later = await replay('--records=0/0,0/2-5');
    expect(later.stdout.replaceAll(/by somebody at [^:]+:\d\d:[\d.]+Z/g, 'before').split('\n')).toEqual([
      '0/0 not sent now; sent as 0/6 before: counted and archived',
      '0/2 not sent now; sent as 0/7 before: a dead letter again: not_json',
      '0/4 not sent now; sent as 0/8 before: a dead letter again: missing_field',
      '0/5 not sent now; sent as 0/9 before: a dead letter again: not_json',
      '0 sent, 4 not; 0 of unknown outcome; 1 counted, 3 dead letters again',
    ]);
    expect(later.exitCode).toBe(0);
    expect(await topicEnd(stream)).toBe(10);
    expect((await startDeadLetters(operator, ['list'])).stdout).toMatch(/0\/0 .* sent as 0\/6 by somebody /);
  });

  it('say at once what they wait for when no worker runs, and nothing that Node or Kafka warns of without need', async () => {
    const { stderr } = await replay('--records=0/0', '--wait-ms=300');
    expect(stderr).toContain('waiting until a worker has processed what was sent; if none runs, start one');
    expect(stderr).not.toMatch(/Warning|DEP\d+/);
  });

  it('are sent once by two who do it at the same moment', async () => {
    const both = await Promise.all([replay('--reason=not_json'), replay('--reason=not_json')]);
    expect(both.map(({ stdout }) => stdout.split(' sent as ').length - 1).reduce((sum, sent) => sum + sent)).toBe(3);
    expect(await topicEnd(stream)).toBe(RECORDS.length + 3);
  });

  it.each([
    ['before the send', { moment: 'after', step: 'replay-attempt', call: 1 }, 0],
    ['after the send', { moment: 'before', step: 'replay-outcome', call: 1 }, 1],
  ] as const)('of an attempt that was killed %s are unknown, and never sent again', async (_when, failpoint, sent) => {
    const killed = await startDeadLetters(operator, ['replay', '--records=0/0', '--by=somebody'], failpoint);
    expect(killed.signal).toBe('SIGKILL');
    const again = await replay('--records=0/0');
    expect(again.stdout).toContain('0/0 not sent: it may have been before (unknown, by somebody at ');
    expect(again.stdout).toContain('0 sent, 1 not; 1 of unknown outcome');
    expect(again.exitCode).toBe(1);
    expect(await topicEnd(stream)).toBe(RECORDS.length + sent);
    expect((await startDeadLetters(operator, ['list'])).stdout).toMatch(/0\/0 .* unknown, by somebody at /);
  });

  it('are no business of a record that is none', async () => {
    expect((await replay('--records=0/3')).exitCode).toBe(1);
    expect(await topicEnd(stream)).toBe(RECORDS.length);
  });

  async function listed(...args: readonly string[]): Promise<unknown> {
    return JSON.parse((await startDeadLetters(operator, ['list', '--output=json', ...args])).stdout);
  }

  function replay(...args: readonly string[]) {
    return startDeadLetters(operator, ['replay', '--by=somebody', '--wait-ms=0', ...args]);
  }

  /** Somebody with an operator's rights and no others. */
  async function operatorUrl({ databaseUrl }: Stream): Promise<string> {
    const owner = openDatabase({ url: databaseUrl }, { applicationName: 'test' });
    await ensureLogin(owner, { url: databaseUrl }, { ...login, password: 'operator' });
    await owner.destroy();
    return Object.assign(new URL(databaseUrl), { username: login.role, password: 'operator' }).href;
  }
});

describe('a wrong choice of dead letters', () => {
  it.each([
    [['replay'], '--records: missing'],
    [['show'], '--records: missing'],
    [['replay', '--records=0/0', '--reason=empty'], '--records: goes without'],
    [['show', '--records=0'], '--records: given "0"'],
    [['list', '--reason=bad'], '--reason: given "bad"'],
  ])('is refused: %j', async (args, problem) => {
    const { exitCode, stderr } = await startDeadLetters({}, args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(problem)]);
  });
});

async function topicEnd({ brokers, topic }: Stream): Promise<number> {
  const [partition] = await asKafkaAdministrator(brokers, (admin) => admin.fetchTopicOffsets(topic));
  return Number(partition?.high);
}
