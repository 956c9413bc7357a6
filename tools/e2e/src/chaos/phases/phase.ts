import type { Chance } from '@antenna/simulator';
import { within } from '@antenna/test-kit';
import { type Failpoint, failpointText } from '../../failpoint.ts';
import { Feeder } from '../feed/feeder.ts';
import { later, simulation } from '../feed/simulation.ts';
import type { System } from '../system/system.ts';

/** A change of the stream as a whole. It comes when all faults are over, beside workers that go on and are killed. */
export interface Phase {
  readonly name: string;
  run(system: System, options: PhaseOptions): Promise<void>;
}

export interface PhaseOptions {
  readonly chance: Chance;
  /** Ends the feeding early. */
  readonly signal: AbortSignal;
}

const WORKERS = 3;
const EVENTS = 3_000;
const RATE = 2_000;

/**
 * Sends some events to the topic in use, while workers go on.
 * @param hoursLater by how many hours the event times are later than those of the run's other events.
 */
export async function feed(system: System, { chance, signal }: PhaseOptions, hoursLater = 0): Promise<void> {
  const { topic, known, feed: hold, workers } = system;
  if (workers.size < WORKERS) workers.resize(WORKERS);
  const feeder = new Feeder(known, { kafka: topic.kafka, topic: topic.name, rate: RATE, hold, signal });
  const records = simulation({ seed: chance.integer(0, 1_000_000), events: EVENTS }, AbortSignal.abort());
  await feeder.send(later(records, hoursLater));
}

const POLL_MS = 100;
const SAVING_MS = 30_000;

/** Waits, for a bounded time, until both sinks have saved more than so many records; then kills some workers. */
export async function killAtWork(system: System, saved: Saved, { chance }: PhaseOptions): Promise<void> {
  const areAtWork = async (): Promise<boolean> => {
    const now = await savedOf(system);
    return now.totals > saved.totals && now.archive > saved.archive;
  };
  const isSaved = (await within(SAVING_MS, areAtWork, POLL_MS)) ?? false;
  system.tally.count(`workers killed in a phase while ${isSaved ? 'something' : 'nothing'} was being saved`);
  system.workers.kill(chance.integer(0, WORKERS - 1), chance.integer(1, WORKERS));
}

export interface Saved {
  readonly totals: number;
  readonly archive: number;
}

/** How many records each sink has saved. */
export async function savedOf({ database }: System): Promise<Saved> {
  return { totals: await database.saved({ sink: 'totals' }), archive: await database.saved({ sink: 'archive' }) };
}

const LONGEST_MS = 120_000;
const RETRY_MS = 500;

/**
 * Runs a command again until it dies at a failpoint: it may refuse its work for a while. If it succeeds instead, it had
 * nothing to do at that step.
 */
export async function dieAt(system: System, command: readonly string[], failpoint: Failpoint): Promise<void> {
  const died = async (): Promise<boolean | undefined> => {
    const { signal, exitCode } = await system.startSpeedLayer(command, failpoint).ended;
    return signal === 'SIGKILL' || exitCode === 0 ? signal === 'SIGKILL' : undefined;
  };
  const hasDied = await within(LONGEST_MS, died, RETRY_MS);
  if (hasDied === undefined) system.unexpected.push(`${command[0]} did not come to ${failpointText(failpoint)}`);
  const { moment, step } = failpoint;
  system.tally.count(hasDied === true ? `SIGKILL ${moment} ${step}` : `failpoint not reached: ${step}`);
}
