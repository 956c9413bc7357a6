import type { EventArchive, Ingestion, IngestionSettings, PositionStore, Retry, Sink } from '@antenna/ingestion';
import type { Core } from './core.ts';
import { PassingFailure, type PendingCalls } from './pending-calls.ts';
import type { SimulatedArchive } from './simulated-archive.ts';
import { SimulatedConsumer } from './simulated-consumer.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { SimulatedPartition } from './simulated-topic.ts';

export interface WorkerParts {
  readonly core: Core;
  readonly partitions: readonly SimulatedPartition[];
  readonly store: SimulatedStore;
  readonly archive: SimulatedArchive;
  readonly calls: PendingCalls;
  readonly committed: Map<number, number>;
  readonly clock: { readonly nowMs: () => number };
  readonly settings: IngestionSettings;
  /** Version of its decoder. */
  readonly decoderVersion: number;
}

/** A process that runs the core: it can be killed, frozen, thawed and stopped. */
export class SimulatedWorker {
  readonly id: number;
  readonly decoderVersion: number;
  readonly sinks: readonly Sink[];
  readonly ingestion: Ingestion;
  readonly consumer: SimulatedConsumer;
  isFrozen = false;
  /** The group does not count it as a member, which it does not know yet. */
  isExpelled = true;
  /** After the stop signal: it commits the records that it has, and accepts no more. */
  isLeaving = false;
  hasLeft = false;
  failure: Error | undefined;
  readonly #parts: WorkerParts;
  #isNoting = false;

  constructor(id: number, parts: WorkerParts) {
    this.id = id;
    this.#parts = parts;
    this.decoderVersion = parts.decoderVersion;
    this.sinks = parts.settings.sinks;
    this.consumer = new SimulatedConsumer({ ...parts, worker: id });
    const ports = {
      source: this.consumer,
      store: storeOf(id, parts),
      archive: archiveOf(id, parts),
      clock: parts.clock,
      retry: retryWhilePassing,
      observer: { observe: () => undefined },
    };
    this.ingestion = new parts.core.Ingestion(ports, parts.settings);
    this.ingestion.failure.catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Whether it takes part in the group. */
  get isMember(): boolean {
    return !this.isLeaving && !this.isFrozen;
  }

  /**
   * As a worker does every few seconds: compares its places with the topic, and notes how far the topic reaches, by a
   * clock that is read before. A failure is made up for the next time.
   */
  async noteEnds(): Promise<void> {
    if (this.#isNoting) return;
    this.#isNoting = true;
    try {
      const notedMs = await this.#readClock();
      const offsets = await this.consumer.offsets();
      this.ingestion.verifyOffsets(offsets);
      const { store, calls } = this.#parts;
      await calls.add(this.id, 'noteEnds', () => {
        store.noteEnds(notedMs, offsets);
      });
      await this.#adoptAppeared();
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
    } finally {
      this.#isNoting = false;
    }
  }

  #readClock(): Promise<number> {
    const { calls, clock } = this.#parts;
    return calls.add(this.id, 'read clock', () => clock.nowMs());
  }

  /** Lists files that have appeared although their chunks were given up (apps/speed-layer/src/existing-files.ts). */
  async #adoptAppeared(): Promise<void> {
    const { store, archive, calls } = this.#parts;
    if (store.lost.abandoned.size === 0) return;
    for (const path of await calls.add(this.id, 'abandoned paths', () => [...store.lost.abandoned.keys()])) {
      const file = await calls.add(this.id, 'look for a file', () => archive.existing(path));
      if (file !== undefined) await calls.add(this.id, 'adoptFile', () => store.lost.adoptFile(file));
    }
  }

  leave(): void {
    this.isLeaving = true;
    void this.ingestion.saveAll().then(() => {
      this.ingestion.release();
      this.hasLeft = true;
    });
  }
}

/** Every call of a port is two events of the schedule: its effect, and the answer to the caller. */
function storeOf(worker: number, { store, calls, decoderVersion }: WorkerParts): PositionStore {
  return {
    claim: (sinks, partitions) => calls.add(worker, 'claim', () => store.claim(sinks, partitions, { decoderVersion })),
    // The transaction begins with the call: it reads the retention floor, and writes later.
    commitTotals(commit) {
      const { floorMs } = store.retention;
      return calls.add(worker, 'commitTotals', () => {
        store.commitTotals(commit, floorMs);
      });
    },
    recordIntent: (intent) =>
      calls.add(worker, 'recordIntent', () => {
        store.recordIntent(intent);
      }),
    completeChunk: (chunk) =>
      calls.add(worker, 'completeChunk', () => {
        store.completeChunk(chunk);
      }),
  };
}

function archiveOf(worker: number, { archive, calls }: WorkerParts): EventArchive {
  return {
    create: (path, rows) => calls.add(worker, 'create', () => archive.create(path, rows)),
    read: (path) => calls.add(worker, 'read', () => archive.read(path)),
  };
}

/** Waiting between two tries is what the schedule does with every call anyway. */
const retryWhilePassing: Retry = async (_name, operation, wanted) => {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (wanted.aborted || !(error instanceof PassingFailure)) throw error;
    }
  }
};
