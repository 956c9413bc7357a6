import { Ingestion } from '../ingestion.ts';
import type { IngestionEvent, IngestionSettings, Retry } from '../ports/index.ts';
import { InMemoryArchive } from './in-memory-archive.ts';
import { InMemoryStore } from './in-memory-store.ts';
import { PassingFailure } from './script.ts';
import { ScriptedSource } from './scripted-source.ts';

export interface TestWorker {
  readonly ingestion: Ingestion;
  readonly source: ScriptedSource;
  readonly store: InMemoryStore;
  readonly archive: InMemoryArchive;
  readonly clock: { ms: number };
  readonly observed: IngestionEvent[];
}

const retry: Retry = async (_name, operation, signal) => {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (signal.aborted || !(error instanceof PassingFailure)) throw error;
    }
  }
};

/**
 * A worker with in-memory ports; it can share the store, archive or source of another worker. Its clock stands still,
 * so that nothing becomes due before `pass` advances it.
 */
export function aWorker(
  parts: Partial<Pick<TestWorker, 'store' | 'archive' | 'source'>> & Partial<IngestionSettings> = {},
): TestWorker {
  const { store = new InMemoryStore(), archive = new InMemoryArchive(), source = new ScriptedSource() } = parts;
  const clock = { ms: 0 };
  const observed: IngestionEvent[] = [];
  const settings: IngestionSettings = {
    topic: 'devices',
    sinks: ['totals', 'archive'],
    flushIntervalMs: 1_000,
    flushMaxEvents: 1_000,
    allowedLatenessMs: 60_000,
    deadLettersWhole: 100_000,
    archiveRollRows: 1_000,
    archiveRollIntervalMs: 5_000,
    ...parts,
  };
  const observer = {
    observe(event: IngestionEvent) {
      observed.push(event);
    },
  };
  const usedArchive = settings.sinks.includes('archive') ? archive : undefined;
  const ports = { source, store, archive: usedArchive, clock: { nowMs: () => clock.ms }, retry, observer };
  return { ingestion: new Ingestion(ports, settings), source, store, archive, clock, observed };
}

/** A worker that has claimed these partitions. */
export async function aClaimedWorker(
  partitions: readonly number[] = [0],
  parts: Parameters<typeof aWorker>[0] = {},
): Promise<TestWorker> {
  const worker = aWorker(parts);
  if (parts.source === undefined) for (const partition of partitions) worker.source.hold(partition);
  await worker.ingestion.onPartitionsAssigned(partitions);
  return worker;
}

/** Turns of the microtask queue after which every in-memory port is idle. */
const ENOUGH_TURNS = 200;

/** Waits until all steps have ended, except calls that a test holds back. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < ENOUGH_TURNS; turn += 1) await Promise.resolve();
}

/** Advances the clock, and waits for the steps that are due. */
export async function pass({ ingestion, clock }: TestWorker, ms: number): Promise<void> {
  clock.ms += ms;
  ingestion.tick();
  await settled();
}

/** The fault of a stopped partition as `CODE: message`, or `none`. */
export function faultIn({ ingestion }: TestWorker, partition = 0): string {
  const fault = ingestion.stoppedPartitions.get(partition);
  return fault === undefined ? 'none' : `${fault.code}: ${fault.message}`;
}

/** The error with which the worker stopped. */
export function failureOf({ ingestion }: TestWorker): Promise<unknown> {
  return ingestion.failure.catch((error: unknown) => error);
}
