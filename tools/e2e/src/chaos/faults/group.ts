import { setTimeout as delay } from 'node:timers/promises';
import { endFetchersOfStopped } from '@antenna/event-source';
import { within } from '@antenna/test-kit';
import type { Consumer } from 'kafkajs';
import type { System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/**
 * SIGSTOP of a worker in the midst of its work for longer than the session, so that others take over; then SIGCONT: a
 * zombie that believes it is alive.
 */
export const freeze: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const victim = chance.integer(0, 3);
    const sessions = chance.integer(20, 40) / 10;
    return {
      name: 'SIGSTOP past the session, SIGCONT',
      text: `freeze worker ${victim} of those at work for ${sessions} sessions`,
      resource: undefined,
      async inject(system) {
        const pids = await pidsAtWork(system);
        const pid = pids[victim % Math.max(1, pids.length)];
        if (pid === undefined) system.tally.count('freeze skipped: no worker is at work');
        else await system.workers.freeze(pid, sessions * system.sessionTimeoutMs);
      },
    };
  },
};

/** Somebody has to take over. */
const ENOUGH = 2;
const POLL_MS = 100;
const WORK_MS = 15_000;

/** Of the workers that have saved something in the last moment. */
async function pidsAtWork({ database, workers }: System): Promise<readonly number[]> {
  if (workers.size < ENOUGH) workers.resize(ENOUGH);
  let pids: readonly number[] = [];
  const areEnough = async (): Promise<boolean> => {
    const rows = await database.query<{ pid: number }>(
      `SELECT DISTINCT split_part(owner, '/', 2)::integer AS pid FROM pipeline.position
       WHERE moved_at > clock_timestamp() - interval '3 seconds' ORDER BY 1`,
    );
    pids = rows.map(({ pid }) => pid);
    return pids.length >= ENOUGH;
  };
  await within(WORK_MS, areEnough, POLL_MS);
  return pids;
}

const MOST = 4;

/** Workers join or leave, once or in quick succession: each time the partitions are dealt anew. */
export const resize: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const times = chance.happens(0.3) ? chance.integer(3, 6) : 1;
    const sizes = Array.from({ length: times }, () => chance.integer(1, MOST));
    const pauseMs = chance.integer(200, 1_500);
    return {
      name: times === 1 ? 'workers join or leave' : 'rebalance storm',
      text: `resize to ${sizes.join(', ')} every ${pauseMs} ms`,
      resource: 'group',
      async inject({ workers }) {
        for (const size of sizes) {
          workers.resize(size);
          await delay(pauseMs);
        }
      },
    };
  },
};

/**
 * A member joins and leaves the group, more often than archived chunks are rolled, as a worker in a crash loop does. It
 * saves nothing of the partitions that it gets. The archive must go on: its position keeps its age from claim to claim.
 */
export const constantRebalances: FaultKind = {
  archives: ANY_ARCHIVE,
  seconds: 40,
  draw(chance) {
    const percent = chance.integer(30, 80);
    return {
      name: 'rebalances more frequent than the roll interval',
      text: `a member joins and leaves every ${percent} % of the roll interval`,
      resource: 'group',
      async inject(system) {
        const archived = () => system.database.saved({ sink: 'archive' });
        const before = await archived();
        const end = performance.now() + LONGEST_MS;
        let rounds = 0;
        let hasMoved = false;
        while (rounds < LEAST_ROUNDS || (!hasMoved && performance.now() < end)) {
          await joinAndLeave(system, (system.chunkMs * percent) / 100);
          rounds += 1;
          hasMoved ||= (await archived()) > before;
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
  endFetchersOfStopped();
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
