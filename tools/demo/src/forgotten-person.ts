import { type Check, check, ERASED, type Truth } from '@antenna/oracle';
import { produce, type SimulatedRecord } from '@antenna/simulator';
import { tablesNaming } from '@antenna/test-kit';
import type { Kafka } from 'kafkajs';

/** A person who asks to be forgotten. No other simulation uses this id. */
export const FORGOTTEN_ID = 'dddddddd-0000-0000-0000-000000000001';

const EVENTS = 30;
const BYTES = 7;
const APP = 'SKYPE';
/** One of the sample's, whose other events show that its clock is right. */
const ANTENNA_ID = '11111111-1111-1111-1111-111111111111';

/**
 * Sends events of a person who is erased before the end: the truth has them without the id, since antenna and app keep
 * their bytes. @returns what was sent, in one line.
 */
export async function plantForgottenPerson(kafka: Kafka, topic: string, truth: Truth): Promise<string> {
  await produce(kafka, Array.from({ length: EVENTS }, eventOfPerson), {
    topic,
    onAcknowledged: (records) => {
      for (const { fact } of records) truth.addFact(typeof fact === 'string' ? fact : { ...fact, id: ERASED });
    },
  });
  return `sent ${EVENTS} events of ${BYTES} bytes of person ${FORGOTTEN_ID}`;
}

/** Whether no table names the person. That no file does is part of the comparison of the archive with the truth. */
export async function proveForgotten(databaseUrl: string): Promise<Check> {
  const naming = await tablesNaming(databaseUrl, FORGOTTEN_ID);
  return check(
    'erasure: no table names the person',
    [],
    naming.map((table) => [table, true]),
  );
}

function eventOfPerson(_: unknown, index: number): SimulatedRecord {
  const eventTimeMs = Date.UTC(2022, 9, 29, 14, index);
  const fact = { eventTimeMs, id: FORGOTTEN_ID, antennaId: ANTENNA_ID, bytes: BYTES, app: APP };
  const timestamp = new Date(eventTimeMs).toISOString();
  const value = { timestamp, id: FORGOTTEN_ID, antenna_id: ANTENNA_ID, bytes: BYTES, app: APP };
  return { key: FORGOTTEN_ID, value: Buffer.from(JSON.stringify(value)), fact };
}
