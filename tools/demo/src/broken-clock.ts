import { type Check, check, type Truth } from '@antenna/oracle';
import { produce, sampleSimulation, simulate, type SimulatedRecord } from '@antenna/simulator';
import { rowsOf } from '@antenna/test-kit';
import type { Kafka } from 'kafkajs';

/** The antenna whose clock is wrong. No other simulation uses its id. */
const ANTENNA = 'cccccccc-0000-0000-0000-000000000001';

const EVENTS = 40;
const WINDOW_MS = 300_000;

/** An offset of less than this can be chance: the sample's antennas send their last events within minutes. */
const WRONG_SECONDS = 3_600;

/**
 * Sends events of one antenna whose clock stands still in the first five minutes of the sample, after the sample is
 * sent. They have 0 bytes, so that the totals stay those of the sample.
 * @returns what was sent, in one line.
 */
export async function plantBrokenClock(
  kafka: Kafka,
  topic: string,
  truth: Truth,
  signal: AbortSignal,
): Promise<string> {
  const { fromMs } = sampleSimulation;
  const options = { ...sampleSimulation, toMs: fromMs + WINDOW_MS, events: EVENTS, seed: 18, antennas: 1, maxBytes: 0 };
  const exact = { ...options, isLifelike: false, malformedShare: 0, lateShare: 0, outOfOrderMs: 0 };
  await produce(kafka, Array.from(simulate(exact), ofBrokenAntenna), {
    topic,
    signal,
    onAcknowledged: (records) => {
      for (const { fact } of records) truth.addFact(fact);
    },
  });
  signal.throwIfAborted();
  return `sent ${EVENTS} events of 0 bytes from antenna ${ANTENNA}, whose clock stands still`;
}

function ofBrokenAntenna(record: SimulatedRecord): SimulatedRecord {
  const { value, fact } = record;
  if (typeof fact === 'string') throw new TypeError('a planted record is an event');
  const text = String(value).replace(fact.antennaId, ANTENNA);
  return { ...record, value: Buffer.from(text), fact: { ...fact, antennaId: ANTENNA } };
}

/** Whether the speed layer names the antenna, and no other, as one whose clock is behind. */
export async function proveBrokenClock(databaseUrl: string): Promise<Check> {
  const rows = await rowsOf<{ antenna_id: string }>(
    databaseUrl,
    'SELECT antenna_id FROM pipeline.antenna_clock WHERE clock_offset_seconds < $1',
    [-WRONG_SECONDS],
  );
  return check(
    'clocks: the antenna whose clock stands still is named, and no other',
    [[ANTENNA, true]],
    rows.map(({ antenna_id: id }) => [id, true]),
  );
}
