import { streamDifferences } from '@antenna/oracle';
import { rowsOf, testKafka } from '@antenna/test-kit';
import type { RejectionReason } from '@antenna/event-schema';
import { produce as produceAll, type SimulatedRecord } from '@antenna/simulator';
import { newStream, someRecords, type Stream } from '../stream.ts';
import { drain } from '../workers.ts';

/** Bad records: few in every run, a million with FLOOD_RECORDS=1000000 (docs/reliability.md). */
const FLOOD = Number(process.env['FLOOD_RECORDS'] ?? 20_000);
const PARTITIONS = 4;

describe('a flood of the data of another topic', () => {
  let stream: Stream;

  beforeEach(async () => {
    // As in production: small steps would only make the full flood slow, and who is expelled on a slow machine and
    // claims its partitions anew may store as many dead letters whole again.
    const environment = {
      FLUSH_INTERVAL_MS: '1000',
      FLUSH_MAX_EVENTS: '500000',
      ARCHIVE_ROLL_ROWS: '100000',
      KAFKA_SESSION_TIMEOUT_MS: '30000',
    };
    stream = await newStream({ partitions: PARTITIONS, environment });
  });

  afterEach(() => stream.close());

  it('neither stops the worker nor fills the database, and each record is accounted for', async () => {
    const sent = [...flooded(someRecords(31, 2_000), FLOOD)];
    await produceAll(testKafka(stream.brokers), sent, { topic: stream.topic });

    const startedMs = Date.now();
    await drain(stream.environment);
    const seconds = (Date.now() - startedMs) / 1000;

    expect(await streamDifferences(stream, sent)).toEqual([]);
    const stored = await sizes();
    expect(stored.whole).toBeLessThanOrEqual(PARTITIONS * 1_000 + 100);
    expect(stored.ranges).toBeLessThanOrEqual(PARTITIONS * 13);
    expect(stored.bytes).toBeLessThan(16 * 2 ** 20);
    if (FLOOD > 20_000) process.stdout.write(`${sent.length} records, ${seconds} s, ${JSON.stringify(stored)}\n`);
  }, 1_800_000);

  async function sizes(): Promise<{ whole: number; ranges: number; bytes: number }> {
    const [row] = await rowsOf<{ whole: number; ranges: number; bytes: number }>(
      stream.databaseUrl,
      `
      SELECT (SELECT count(*)::integer FROM pipeline.dead_letter) AS whole,
        (SELECT count(*)::integer FROM pipeline.dead_letter_range) AS ranges,
        (pg_total_relation_size('pipeline.dead_letter') + pg_total_relation_size('pipeline.dead_letter_range'))::float8 AS bytes`,
    );
    return row!;
  }
});

/** What other topics hold: readings of sensors, lines of a log, Avro. */
const OTHERS: readonly (readonly [RejectionReason, (n: number) => Buffer])[] = [
  ['missing_field', (n) => Buffer.from(JSON.stringify({ sensor: `t-${n % 500}`, celsius: (n % 300) / 10, at: n }))],
  ['not_json', (n) => Buffer.from(`10.0.0.${n % 256} - - "GET /index.html?n=${n} HTTP/1.1" 200 ${n % 9_000}`)],
  ['invalid_utf8', (n) => Buffer.from([0, 0, 0, 0, 7, 0xff, n & 0xff, (n >> 8) & 0xff, (n >> 16) & 0xff])],
];

/** Events, each among its share of the flood. */
function* flooded(records: readonly SimulatedRecord[], flood: number): Generator<SimulatedRecord, void, undefined> {
  const each = Math.ceil(flood / records.length);
  let left = flood;
  for (const record of records) {
    yield record;
    for (let n = 0; n < each && left > 0; n += 1, left -= 1) {
      const [fact, write] = OTHERS[left % OTHERS.length]!;
      yield { key: String(left), value: write(left), fact };
    }
  }
}
