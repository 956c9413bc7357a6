import { produce, simulate, type SimulatedRecord, type SimulationOptions, addToTruth, Tally } from '@antenna/simulator';
import { Truth } from '@antenna/truth';
import type { Kafka } from 'kafkajs';
import { LateCount } from './late-count.ts';

/** What was sent. */
export interface Sent {
  readonly truth: Truth;
  readonly records: number;
  readonly lateEvents: number;
  /** For people. */
  readonly summary: string;
}

/** Sends simulated records, and adds up what is true of those that Kafka has acknowledged. */
export async function sendSimulation(
  kafka: Kafka,
  topic: string,
  options: SimulationOptions,
  signal: AbortSignal,
): Promise<Sent> {
  const [truth, tally, late] = [new Truth(), new Tally(), new LateCount()];
  const add = (record: SimulatedRecord): void => {
    addToTruth(truth, record);
    tally.add(record);
    if (typeof record.fact !== 'string') late.add(record.fact.eventTimeMs);
  };
  await produce(kafka, simulate(options), {
    topic,
    signal,
    onAcknowledged: (records) => {
      records.forEach(add);
    },
  });
  signal.throwIfAborted();
  return {
    truth,
    records: tally.records,
    lateEvents: late.events,
    summary: `sent ${tally.toString()}; ${late.toString()}`,
  };
}
