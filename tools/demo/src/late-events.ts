import type { Truth } from '@antenna/oracle';
import { produce, type SimulatedRecord } from '@antenna/simulator';
import type { Kafka } from 'kafkajs';

/** The hour that the late events belong to: a run has computed it as final before they come. */
export const CORRECTED_HOUR = ['--date=2022-10-29', '--hour=13'] as const;

const LATE_EVENTS = 3;

/** Sends a few events of an hour that was computed as final, and adds them to the truth. @returns what was sent. */
export async function sendLateEvents(kafka: Kafka, topic: string, truth: Truth): Promise<string> {
  await produce(kafka, Array.from({ length: LATE_EVENTS }, lateEvent), {
    topic,
    onAcknowledged: (records) => {
      for (const { fact } of records) truth.addFact(fact);
    },
  });
  return `${LATE_EVENTS} events of 7 bytes, hours late, of an hour that was computed as final`;
}

function lateEvent(_: unknown, index: number): SimulatedRecord {
  const id = '00000000-0000-0000-0000-000000000001';
  const antennaId = '00000000-0000-0000-0000-000000000001';
  const eventTimeMs = Date.UTC(2022, 9, 29, 13, 30, index);
  const fact = { eventTimeMs, id, antennaId, bytes: 7, app: 'SKYPE' };
  const { bytes, app } = fact;
  const value = { timestamp: new Date(eventTimeMs).toISOString(), id, antenna_id: antennaId, bytes, app };
  return { key: id, value: Buffer.from(JSON.stringify(value)), fact };
}
