import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer } from 'kafkajs';
import type { System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/**
 * A member joins and leaves the group, more often than archived chunks are rolled, as a worker in a crash loop does. It
 * saves nothing of the partitions that it gets. The archive must go on: its position keeps its age from claim to claim.
 */
export const constantRebalances: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const percent = chance.integer(30, 80);
    return {
      name: 'rebalances more frequent than the roll interval',
      text: `a member joins and leaves every ${percent} % of the roll interval`,
      resource: 'group',
      async inject(system) {
        const before = await archived(system);
        const end = performance.now() + LONGEST_MS;
        let rounds = 0;
        let hasMoved = false;
        while (rounds < LEAST_ROUNDS || (!hasMoved && performance.now() < end)) {
          await joinAndLeave(system, (system.chunkMs * percent) / 100);
          rounds += 1;
          hasMoved ||= (await archived(system)) > before;
        }
        system.tally.count('rebalances by a member that comes and goes', rounds);
        if (!hasMoved) system.unexpected.push(`the archive stood still during ${rounds} rebalances`);
      },
    };
  },
};

const LEAST_ROUNDS = 8;
/** Other faults of that time may hold up the archive, too, each for some seconds. */
const LONGEST_MS = 180_000;
const JOIN_MS = 15_000;

async function joinAndLeave({ topic, workers, sessionTimeoutMs }: System, afterMs: number): Promise<void> {
  if (workers.size === 0) return;
  const consumer = topic.kafka.consumer({
    groupId: topic.name,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: 2 * sessionTimeoutMs,
    heartbeatInterval: Math.ceil(sessionTimeoutMs / 10),
    // Otherwise it would come back by itself after it has left.
    retry: { retries: 0, restartOnFailure: () => Promise.resolve(false) },
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic.name] });
    await Promise.race([hasJoined(consumer), delay(JOIN_MS)]);
    await delay(afterMs);
  } catch {
    // A broker was away: the next one joins.
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}

async function hasJoined(consumer: Consumer): Promise<void> {
  const joined = Promise.withResolvers<undefined>();
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joined.resolve(undefined);
  });
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  await joined.promise;
}

async function archived({ database }: System): Promise<number> {
  const [row] = await database.query<{ saved: string }>(
    `SELECT coalesce(sum(next_offset), 0) AS saved FROM pipeline.position WHERE sink = 'archive'`,
  );
  return Number(row?.saved ?? 0);
}
