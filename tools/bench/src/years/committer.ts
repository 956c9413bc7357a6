import { WindowTotals } from '@antenna/aggregation';
import { EventInterners } from '@antenna/event-schema';
import { HourCounts, type TotalsCommit } from '@antenna/ingestion';
import { PostgresPositionStore } from '@antenna/usage-store';
import type { Knex } from 'knex';
import { ANTENNAS } from './years-data.sql.ts';

/** A speed layer of one partition, as far as the database sees it. */
export class Committer {
  readonly #store: PostgresPositionStore;
  readonly #partition: number;
  readonly #epoch: number;
  #next: number;

  private constructor(store: PostgresPositionStore, partition: number, epoch: number, next: number) {
    this.#store = store;
    this.#partition = partition;
    this.#epoch = epoch;
    this.#next = next;
  }

  static async claim(database: Knex, partition: number): Promise<Committer> {
    const identity = { topic: 'devices', groupId: 'years', clusterId: 'years', archiveUrl: 'file:///years' };
    const store = new PostgresPositionStore(database, { ...identity, allowedLatenessMs: 60_000, owner: 'years' });
    const [claimed] = await store.claim(['totals'], [partition]);
    return new Committer(store, partition, claimed?.epoch ?? 0, claimed?.nextOffset ?? 0);
  }

  /** Commits an event of each user at one time. @returns how long the call took, in milliseconds. */
  async commit(users: number, atMs: number): Promise<number> {
    const commit = this.#commitOf(users, atMs);
    const startedMs = performance.now();
    await this.#store.commitTotals(commit);
    this.#next += users;
    return performance.now() - startedMs;
  }

  #commitOf(users: number, atMs: number): TotalsCommit {
    const [totals, interners, hourCounts] = [new WindowTotals(), new EventInterners(), new HourCounts()];
    for (let n = 0; n < users; n += 1) {
      const [id, antennaId] = [`user ${String(n + 1).padStart(6, '0')}`, `antenna ${(n % ANTENNAS) + 1}`];
      const event = interners.intern({ eventTimeMs: atMs, id, antennaId, bytes: 1, app: 'APP1' });
      totals.add(event);
      hourCounts.add(this.#partition, this.#next + n, event);
    }
    const move = { partition: this.#partition, epoch: this.#epoch, from: this.#next, to: this.#next + users };
    return {
      moves: [{ ...move, fingerprint: undefined, greatestEventTimeMs: atMs }],
      ...totals.rows(),
      hourCounts: hourCounts.rows(),
      lateness: { buckets: [], sumMs: 0, antennas: [] },
      deadLetters: [],
      deadLetterRanges: [],
    };
  }
}
