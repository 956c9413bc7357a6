import { type Check, check, checkKeptBytes, Truth, withTables } from '@antenna/oracle';
import { produce, type SimulatedRecord } from '@antenna/simulator';
import { rowsOf } from '@antenna/test-kit';
import type { Kafka } from 'kafkajs';
import { place } from './place.ts';

/** The least that can be asked for: all months before the one of the day before the newest event. */
export const RETENTION = ['--retain-windows-days=1', '--retain-hours-days=1'] as const;

type Event = Exclude<SimulatedRecord['fact'], string>;

const HOUR_MS = 3_600_000;
const LATE_EVENTS = 3;
const EVENT: Event = { eventTimeMs: 0, id: 'unknown', antennaId: 'unknown', bytes: 7, app: 'SKYPE' };

/** Sends an event of the present, from which the age of all others is counted. @returns what was sent, in one line. */
export async function sendRecentEvent(kafka: Kafka): Promise<string> {
  const eventTimeMs = Date.now() - 2 * HOUR_MS;
  await produce(kafka, [recordOf({ ...EVENT, eventTimeMs })], { topic: place.nextTopic });
  return `sent an event of ${new Date(eventTimeMs).toISOString()}`;
}

/** Sends a few events of an hour whose rows are removed. @returns the truth with them. */
export async function sendRemovedEvents(kafka: Kafka, before: Truth): Promise<Truth> {
  const { events } = before;
  const [windows, hours, deadLetters] = [before.windows(), before.hours(), before.deadLetters()];
  const truth = new Truth({ events, windows, hours, deadLetters });
  const timeOf = (index: number): number => Date.UTC(2022, 9, 29, 13, 30, index);
  const records = Array.from({ length: LATE_EVENTS }, (_, index) => recordOf({ ...EVENT, eventTimeMs: timeOf(index) }));
  await produce(kafka, records, {
    topic: place.nextTopic,
    onAcknowledged: (sent) => {
      for (const { fact } of sent) truth.addFact(fact);
    },
  });
  return truth;
}

/** Whether the old months are removed, and all their bytes are accounted for: those that came later in the ledger. */
export async function proveRetention(databaseUrl: string, truth: Truth): Promise<readonly Check[]> {
  const [kept, reconciled] = await withTables(databaseUrl, async (tables) => {
    return [await tables.keptBytes(), await tables.reconciliation()] as const;
  });
  const left = await rowsOf<{ name: string }>(databaseUrl, ROWS_LEFT);
  const ledgerEvents = kept.reduce((sum, each) => sum + each.ledgerEvents, 0);
  return [
    checkKeptBytes(truth, kept, Date.now()),
    check(
      'retention: no row of the removed months is left',
      [],
      left.map(({ name }) => [name, true]),
    ),
    check(
      'retention: the ledger has the late events, and no others',
      [['events', LATE_EVENTS]],
      [['events', ledgerEvents]],
    ),
    check(
      'retention: no byte of a difference is without a cause',
      reconciled.map(({ hour, type }) => [`${hour} ${type}`, 0n]),
      reconciled.map(({ hour, type, unexplained }) => [`${hour} ${type}`, unexplained]),
    ),
  ];
}

/** Rows of events of 2022, which retention removes. All other events of the demo are of the present. */
const ROWS_LEFT = `
  SELECT concat('bytes ', "timestamp") AS name FROM public.bytes WHERE "timestamp" < '2023-01-01'
  UNION ALL SELECT concat('bytes_hourly ', "timestamp") FROM public.bytes_hourly WHERE "timestamp" < '2023-01-01'
  UNION ALL SELECT concat('user_hour_usage ', hour) FROM pipeline.user_hour_usage WHERE hour < '2023-01-01'`;

function recordOf(fact: Event): SimulatedRecord {
  const { eventTimeMs, id, antennaId, bytes, app } = fact;
  const value = { timestamp: new Date(eventTimeMs).toISOString(), id, antenna_id: antennaId, bytes, app };
  return { key: id, value: Buffer.from(JSON.stringify(value)), fact };
}
