import { type Check, check, type Truth } from '@antenna/oracle';
import { produce, type SimulatedRecord } from '@antenna/simulator';
import { rowsOf } from '@antenna/test-kit';
import type { Kafka } from 'kafkajs';

/** The hour that the late events belong to: a run has computed it as final before they come. */
export const CORRECTED_HOUR = ['--date=2022-10-29', '--hour=13'] as const;

const LATE_EVENTS = 3;
const BYTES = 7;

/** Of the first user, andres, who is over quota in every hour, and of the first antenna. */
const ID = '00000000-0000-0000-0000-000000000001';
const APP = 'SKYPE';
const CORRECTED = [
  `antenna_total_bytes ${ID}`,
  `app_total_bytes ${APP}`,
  'user_quota_limit andres@gmail.com',
  `user_total_bytes ${ID}`,
];

/** Sends a few events of an hour that was computed as final, and adds them to the truth. @returns what was sent. */
export async function sendLateEvents(kafka: Kafka, topic: string, truth: Truth): Promise<string> {
  await produce(kafka, Array.from({ length: LATE_EVENTS }, lateEvent), {
    topic,
    onAcknowledged: (records) => {
      for (const { fact } of records) truth.addFact(fact);
    },
  });
  return `${LATE_EVENTS} events of ${BYTES} bytes, hours late, of an hour that was computed as final`;
}

/** Whether the recorded corrections are the late bytes, by their cause, and nothing else. */
export async function proveCorrections(databaseUrl: string): Promise<Check> {
  const rows = await rowsOf<{ corrected: string; added: string }>(databaseUrl, CORRECTIONS);
  return check(
    'corrections: the bytes of the late events, and nothing else',
    CORRECTED.map((corrected) => [corrected, `${LATE_EVENTS * BYTES} late_events`]),
    rows.map(({ corrected, added }) => [corrected, added]),
  );
}

// The antenna has no other event in the hour: its row has no old value.
const CORRECTIONS = `
  SELECT concat_ws(' ', c.type, c.id) AS corrected,
    concat_ws(' ', c.new_value - coalesce(c.old_value, 0), jsonb_path_query_array(r.causes, '$[*].kind') ->> 0) AS added
  FROM pipeline.hour_correction AS c JOIN pipeline.hour_correction_run AS r USING (run_id)`;

function lateEvent(_: unknown, index: number): SimulatedRecord {
  const eventTimeMs = Date.UTC(2022, 9, 29, 13, 30, index);
  const fact = { eventTimeMs, id: ID, antennaId: ID, bytes: BYTES, app: APP };
  const value = { timestamp: new Date(eventTimeMs).toISOString(), id: ID, antenna_id: ID, bytes: BYTES, app: APP };
  return { key: ID, value: Buffer.from(JSON.stringify(value)), fact };
}
