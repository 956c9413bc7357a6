import { setInterval } from 'node:timers';
import type { KafkaEventSource } from '@antenna/event-source';
import type { Ingestion } from '@antenna/ingestion';
import type { StreamProgress } from '@antenna/usage-store';
import type { Logger } from '@antenna/telemetry';
import { withAdvice } from './error-guides.ts';
import { within } from './ending.ts';

/** How often the core checks whether something is due: the precision of its intervals. */
const TICK_MS = 50;

/** How often the end offsets of the partitions are noted, which decides how soon an hour can become final. */
const NOTE_ENDS_MS = 5_000;

/** All workers share one note: a worker that comes this soon after another only reads the offsets. */
const NOTED_MS = 4_000;

/** How often the worker checks whether a file of a chunk that was given up has appeared. */
const ADOPT_MS = 60_000;

const NOT_NOTED = 'could not note the end offsets of the topic';

/** How long a shutdown waits until all records are saved; the next worker reads the others again. */
const SAVE_DEADLINE_MS = 20_000;

/** A consumer that has shown no sign of life for this long does not recover by itself. */
const SILENT_MS = 180_000;

export interface IngestionWorkerParts {
  readonly ingestion: Ingestion;
  readonly source: KafkaEventSource;
  readonly progress: StreamProgress;
  /** The owner in the positions that this worker claims. */
  readonly owner: string;
  /** Adopts files that appeared after their chunks were given up. */
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

  /** Whether the consumer still shows signs of life; if not, the process must be restarted. */
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
   * Notes the end offsets of the topic, unless a worker did so in the last `notedMs` milliseconds, and detects records
   * that were deleted before they were read. A failure is logged, and the next call tries again.
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
    // Without the database the offsets are compared all the same, so that the lag stays known.
    if (!round.isCompared) await this.#warnOfFailure(NOT_NOTED, () => this.#compareOffsets());
    await this.#warnOfFailure('could not note which partitions are stopped', () => this.#noteFaults());
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

  /** Saves the records that were read, for at most `SAVE_DEADLINE_MS`, and leaves the group. */
  async stop(): Promise<void> {
    const { ingestion, source, log } = this.#parts;
    source.stopDelivery();
    const isSaved = await within(ingestion.saveAll(), SAVE_DEADLINE_MS);
    if (!isSaved)
      log.warn('left the group before all records were saved: they will be read again', { waitedMs: SAVE_DEADLINE_MS });
    for (const timer of this.#timers) clearInterval(timer);
    ingestion.release();
    await source.disconnect();
  }
}
