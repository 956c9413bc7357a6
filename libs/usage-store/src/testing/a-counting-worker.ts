import { WindowTotals } from '@antenna/aggregation';
import { EventInterners } from '@antenna/event-schema';
import { FenceLostError, HourCounts, type TotalsCommit } from '@antenna/ingestion';
import { isPassingFailure } from '../passing-failure.ts';
import type { PostgresPositionStore } from '../position-store.ts';
import { aCommit, FEDE } from './a-commit.ts';
import type { TestStore } from './test-store.ts';

export interface TimedEvent {
  /** Event time, milliseconds since 1970. */
  readonly atMs: number;
  readonly bytes: number;
  readonly id?: string;
}

/** A worker that counts events of one partition, and repeats a commit after a transient failure, as the speed layer does. */
export class CountingWorker {
  readonly #store: PostgresPositionStore;
  readonly #partition: number;
  readonly #epoch: number;
  #next = 0;

  private constructor(store: PostgresPositionStore, partition: number, epoch: number) {
    this.#store = store;
    this.#partition = partition;
    this.#epoch = epoch;
  }

  static async start(store: Pick<TestStore, 'worker'>, partition = 0): Promise<CountingWorker> {
    const worker = store.worker();
    const claimed = await worker.claim(['totals', 'archive'], [partition]);
    return new CountingWorker(worker, partition, claimed.find(({ sink }) => sink === 'totals')?.epoch ?? 0);
  }

  /** Counts events in one commit, each as one record. */
  async count(events: readonly TimedEvent[]): Promise<void> {
    const totals = new WindowTotals();
    const interners = new EventInterners();
    const hourCounts = new HourCounts();
    events.forEach(({ atMs, bytes, id = FEDE }, index) => {
      const event = interners.intern({ eventTimeMs: atMs, id, antennaId: 'antenna', bytes, app: 'SKYPE' });
      totals.add(event);
      hourCounts.add(this.#partition, this.#next + index, event);
    });
    const move = { partition: this.#partition, epoch: this.#epoch, from: this.#next, to: this.#next + events.length };
    const greatestEventTimeMs = Math.max(...events.map(({ atMs }) => atMs));
    const commit = {
      ...aCommit([], { ...move, greatestEventTimeMs }),
      ...{ ...totals.rows(), hourCounts: hourCounts.rows() },
    };
    await this.#commit(commit);
    this.#next += events.length;
  }

  /** The position has one owner: a repeated commit that is refused has taken effect, and its answer was lost. */
  async #commit(commit: TotalsCommit): Promise<void> {
    for (let isRepeated = false; ; isRepeated = true) {
      try {
        await this.#store.commitTotals(commit);
        return;
      } catch (error) {
        if (isRepeated && error instanceof FenceLostError) return;
        if (!isPassingFailure(error)) throw error;
      }
    }
  }
}
