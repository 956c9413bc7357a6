import { setInterval } from 'node:timers';
import type { KafkaEventSource } from '@antenna/event-source';
import type { Ingestion } from '@antenna/ingestion';
import type { StreamProgress } from '@antenna/usage-store';
import type { Logger } from '@antenna/telemetry';
import { withAdvice } from './error-guides.ts';

/** How often the core looks whether something is due: the precision of its intervals. */
const TICK_MS = 50;

/** How often the partitions' ends are noted, which decides how soon an hour can be final. */
const NOTE_ENDS_MS = 5_000;

/** One worker's note is all workers': who comes this soon after one leaves it at looking. */
const NOTED_MS = 4_000;

/** How often it is looked whether a file has appeared whose chunk was given up. */
const ADOPT_MS = 60_000;

const NOT_NOTED = 'could not note how far the topic reaches';

/** How long a shutdown waits for what is unsaved; what is not saved by then is read again by the next claimant. */
const SAVE_DEADLINE_MS = 20_000;

/** A consumer that has shown no sign of life for so long does not come back by itself. */
const SILENT_MS = 180_000;

export interface IngestionWorkerParts {
  readonly ingestion: Ingestion;
  readonly source: KafkaEventSource;
  readonly progress: StreamProgress;
  /** As whom it claims. */
  readonly owner: string;
  /** Lists such files. */
  readonly adopt: () => Promise<unknown>;
  readonly log: Logger;
}

/** A member of the consumer group that ingests until it is stopped. */
export class IngestionWorker {
  readonly #parts: IngestionWorkerParts;
  readonly #timers: NodeJS.Timeout[] = [];
  #isNoting = false;

  constructor(parts: IngestionWorkerParts) {
    this.#parts = parts;
  }

  /** Rejects when the worker has to stop; never resolves. */
  get failure(): Promise<never> {
    return Promise.race([this.#parts.ingestion.failure, this.#parts.source.failure]);
  }

  /** Whether the process makes progress: false calls for a restart. */
  isLive(nowMs: number): boolean {
    return nowMs - this.#parts.source.lastSignOfLifeMs < SILENT_MS;
  }

  async start(): Promise<void> {
    await this.#parts.source.run(this.#parts.ingestion);
    this.#timers.push(
      setInterval(() => {
        this.#parts.ingestion.tick();
      }, TICK_MS),
      setInterval(() => void this.noteEnds(NOTED_MS), NOTE_ENDS_MS),
      setInterval(() => void this.#warnOfFailure('could not adopt files', this.#parts.adopt), ADOPT_MS),
    );
  }

  /**
   * Notes how far the topic reaches, unless that was done in the last `notedMs`, and notices records that were deleted
   * unread. A failure is made up for next time.
   */
  async noteEnds(notedMs = 0): Promise<void> {
    if (this.#isNoting) return;
    this.#isNoting = true;
    const round = { isCompared: false };
    const readEnds = async () => {
      round.isCompared = true;
      const offsets = await this.#compareOffsets();
      return new Map([...offsets].map(([partition, range]) => [partition, range?.latest]));
    };
    await this.#warnOfFailure(NOT_NOTED, () => this.#parts.progress.noteEnds(readEnds, notedMs));
    // A database that is away must not hide how many records wait.
    if (!round.isCompared) await this.#warnOfFailure(NOT_NOTED, () => this.#compareOffsets());
    await this.#warnOfFailure('could not note which partitions stand still', () => this.#noteFaults());
    await this.#parts.source.nameGroup();
    this.#isNoting = false;
  }

  async #noteFaults(): Promise<void> {
    const { ingestion, progress, owner } = this.#parts;
    if (ingestion.isClaimed) {
      const faults = [...ingestion.stoppedPartitions].map(
        ([partition, fault]) => [partition, withAdvice(fault)] as const,
      );
      await progress.noteFaults(owner, ingestion.assignedPartitions, new Map(faults));
    }
  }

  async #compareOffsets() {
    const offsets = await this.#parts.source.offsets();
    this.#parts.ingestion.verifyOffsets(offsets);
    return offsets;
  }

  async #warnOfFailure(failure: string, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#parts.log.warn(failure, { error: String(error) });
    }
  }

  /** Saves what has been taken, as far as it can be saved soon, and leaves the group. */
  async stop(): Promise<void> {
    const { ingestion, source, log } = this.#parts;
    source.stopDelivery();
    const isSaved = await within(ingestion.saveAll(), SAVE_DEADLINE_MS);
    if (!isSaved) log.warn('left without saving everything: it will be read again', { waitedMs: SAVE_DEADLINE_MS });
    for (const timer of this.#timers) clearInterval(timer);
    ingestion.release();
    await source.disconnect();
  }
}

async function within(work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  const { promise: deadline, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    resolve(false);
  }, deadlineMs);
  try {
    return await Promise.race([work.then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
