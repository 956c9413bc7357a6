import type { Assignment } from './assignment.ts';
import { DataGapError, FenceLostError, TopicRecreatedError } from './errors.ts';
import type { IngestionPorts, IngestionSettings, OffsetRange, RecordBatch, RecordReceiver } from './ports.ts';
import { Reading } from './reading.ts';
import { Saving } from './saving.ts';
import { rangesAround, takeOver } from './take-over.ts';

/** What the worker has claimed, and what is done with it. */
interface Current {
  readonly assignment: Assignment;
  readonly reading: Reading;
  readonly saving: Saving;
}

/**
 * The speed layer's core: claims partitions, takes their records, and makes totals and archive durable, each event
 * exactly once in each sink. docs/commit-protocol.md says why in this order.
 *
 * Driven from outside: by the event source (`assigned`, `take`), and by `tick`, often.
 */
export class Ingestion implements RecordReceiver {
  readonly #ports: IngestionPorts;
  readonly #settings: IngestionSettings;
  readonly #failure = Promise.withResolvers<never>();
  #claims = 0;
  #current: Current | undefined;

  constructor(ports: IngestionPorts, settings: IngestionSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects when the worker has to stop; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Whether partitions are claimed (none is fine too: there may be more workers than partitions). */
  get isClaimed(): boolean {
    return this.#current !== undefined;
  }

  get assignedPartitions(): readonly number[] {
    return [...(this.#current?.assignment.intakes.keys() ?? [])];
  }

  /** First of all whatever is unsaved is thrown away, of every sink and partition: it belongs to an earlier claim. */
  async assigned(partitions: readonly number[]): Promise<void> {
    this.release();
    const claim = this.#claims;
    const isLatest = () => claim === this.#claims;
    const { store, source, retry, observer, clock } = this.#ports;
    try {
      const wanted = {
        get aborted() {
          return !isLatest();
        },
      };
      const before = await retry('read offsets', () => source.offsets(), wanted);
      const claimed = await retry('claim', () => store.claim(this.#settings.sinks, partitions), wanted);
      const after = await retry('read offsets', () => source.offsets(), wanted);
      if (!isLatest()) return;
      const context = { ...this.#settings, claimedMs: clock.nowMs() };
      this.#current = this.#workOn(takeOver(claimed, rangesAround(before, after), context));
    } catch (error) {
      if (isLatest()) this.#fail(error);
      return;
    }
    observer.observe({ kind: 'claimed', partitions });
    this.#current.reading.start();
  }

  take(batch: RecordBatch): boolean {
    try {
      const isTaken = this.#current?.reading.take(batch) ?? false;
      if (isTaken) this.tick();
      return isTaken;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  room(partition: number): Promise<unknown> | undefined {
    const current = this.#current;
    return current?.saving.hasRoom(partition) === false ? current.assignment.change : undefined;
  }

  /** Starts whatever is due. Called after every batch, and often enough that intervals are kept. */
  tick(): void {
    this.#current?.saving.tick();
  }

  /**
   * Compares where we are with what the topic holds, since a client that has lost its place may wait for ever for a
   * record. Claims again when unread records seem to be deleted; reads again what should have come long ago.
   */
  verifyOffsets(offsets: ReadonlyMap<number, OffsetRange | undefined>): void {
    try {
      this.#current?.reading.verify(offsets, (partition) => this.room(partition) === undefined);
    } catch (error) {
      this.#interrupted('compare offsets', error);
    }
  }

  /** Whether everything below these offsets has been taken, of the partitions that are ours. */
  hasTaken(endOffsets: ReadonlyMap<number, number>): boolean {
    const intakes = [...(this.#current?.assignment.intakes.values() ?? [])];
    return this.isClaimed && intakes.every(({ partition, expected }) => expected >= (endOffsets.get(partition) ?? 0));
  }

  /** Makes durable all that has been taken, in both sinks; returns early when the assignment is lost meanwhile. */
  async saveAll(): Promise<void> {
    await this.#current?.saving.all();
  }

  /** Gives everything up that is not durable, and takes no more until partitions are assigned again. */
  release(): void {
    this.#claims += 1;
    this.#current?.assignment.abandon();
    this.#current = undefined;
  }

  #workOn(assignment: Assignment): Current {
    const inBackground = (operation: string, step: () => Promise<void>) => {
      step().catch((error: unknown) => {
        if (!assignment.wanted.aborted) this.#interrupted(operation, error);
      });
    };
    const context = { ports: this.#ports, settings: this.#settings, inBackground };
    const reading = new Reading(assignment, context);
    const saving = new Saving(assignment, context, () => {
      reading.redoNext();
    });
    return { assignment, reading, saving };
  }

  /**
   * A refusal may mean that another worker has the partition now. So may records that are gone: a worker that was frozen
   * for long lacks what others have saved since. Only a new claim can tell, and stops if records are really missing.
   */
  #interrupted(operation: string, error: unknown): void {
    const isForClaim =
      error instanceof FenceLostError || error instanceof DataGapError || error instanceof TopicRecreatedError;
    if (!isForClaim) {
      this.#fail(error);
      return;
    }
    this.#ports.observer.observe({ kind: 'refused', operation, message: error.message });
    this.release();
    this.#ports.source.reclaim();
  }

  #fail(error: unknown): void {
    this.release();
    this.#failure.reject(error);
  }
}
