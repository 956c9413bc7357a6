import { Truth } from '@antenna/oracle';
import { produce, simulate, type SimulatedRecord, type SimulationOptions, Tally } from '@antenna/simulator';
import type { Kafka } from 'kafkajs';

/** What was sent. */
export interface Sent {
  readonly truth: Truth;
  readonly records: number;
  readonly lateEvents: number;
  /** In words. */
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
    truth.addFact(record.fact);
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

const WINDOW_MS = 300_000;

/** Counts the events that come after one of more than a window's length later. */
export class LateCount {
  events = 0;
  #greatestMs = -Infinity;

  add(eventTimeMs: number): void {
    if (eventTimeMs < this.#greatestMs - WINDOW_MS) this.events++;
    this.#greatestMs = Math.max(this.#greatestMs, eventTimeMs);
  }

  toString(): string {
    return `${this.events.toLocaleString('en-US')} events came more than 5 minutes late`;
  }
}
