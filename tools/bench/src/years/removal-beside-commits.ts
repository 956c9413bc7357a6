import { setTimeout as delay } from 'node:timers/promises';
import { PostgresRetentionStore } from '@antenna/usage-store';
import { withDatabase } from '../stack/database.ts';
import { Committer } from './committer.ts';
import { RAISE_FLOOR } from './statements.sql.ts';

const COMMITTED_PARTITIONS = [1, 2, 3];
const BEFORE_MS = 10_000;

interface Removal {
  readonly partition: string;
  readonly outcome: string;
  readonly ms: number;
}

/** How long commits take (milliseconds), before a removal and beside it, and what became of each partition. */
export interface RemovalMeasurement {
  readonly before: readonly number[];
  readonly beside: readonly number[];
  readonly removals: readonly Removal[];
}

/** Removes the windows of the months before `keptDays`, one partition after another, beside workers that commit without a pause. */
export function measureRemoval(url: string, users: number, keptDays: number): Promise<RemovalMeasurement> {
  return withDatabase(url, async (database) => {
    const stopped = new AbortController();
    const times: { atMs: number; tookMs: number }[] = [];
    const committing = COMMITTED_PARTITIONS.map((partition) =>
      withDatabase(url, async (connection) => {
        const committer = await Committer.claim(connection, partition);
        while (!stopped.signal.aborted) {
          const tookMs = await committer.commit(users, Date.now());
          times.push({ atMs: performance.now() - tookMs, tookMs });
        }
      }),
    );
    await delay(BEFORE_MS);
    const store = new PostgresRetentionStore(database);
    await database.raw(RAISE_FLOOR, { days: keptDays });
    const startedMs = performance.now();
    const removals: Removal[] = [];
    for (const partition of await store.removable('windows')) {
      const removedMs = performance.now();
      removals.push({ partition, outcome: await store.remove(partition, false), ms: performance.now() - removedMs });
    }
    const endedMs = performance.now();
    stopped.abort();
    await Promise.all(committing);
    return {
      before: times.filter((commit) => endOf(commit) < startedMs).map(({ tookMs }) => tookMs),
      beside: times.filter((commit) => endOf(commit) >= startedMs && commit.atMs < endedMs).map(({ tookMs }) => tookMs),
      removals,
    };
  });
}

function endOf({ atMs, tookMs }: { readonly atMs: number; readonly tookMs: number }): number {
  return atMs + tookMs;
}
