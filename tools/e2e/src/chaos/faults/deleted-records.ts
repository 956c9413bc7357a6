import { setTimeout as delay } from 'node:timers/promises';
import { within } from '@antenna/test-kit';
import type { Ending } from '../system/ending.ts';
import type { Deletion, System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';
import { untilDone } from './operator.ts';

/**
 * Deletes records that no worker has read: all workers are frozen at work until the topic holds such records.
 * Somebody accepts the loss, after a thawed worker has noticed it, or already while all are frozen: then
 * they thaw with records, positions and intents in their hands that no longer count.
 */
export const deletedRecords: FaultKind = {
  archives: ANY_ARCHIVE,
  seconds: 20,
  draw(chance) {
    const first = chance.integer(0, 1_000);
    const percent = chance.integer(30, 95);
    const areFrozen = chance.happens(0.4);
    return {
      name: `unread records deleted, acknowledge-gap ${areFrozen ? 'beside frozen workers' : 'once a worker has noticed'}`,
      text: `delete ${percent} % of what is unread in the first busy partition from ${first}, frozen: ${areFrozen}`,
      // A broker that is killed soon afterwards has the records again.
      resource: 'kafka',
      async inject(system) {
        const deleted = await system.workers.whileFrozen(async () => {
          const deletion = await deleteUnread(system, first, percent);
          if (deletion !== undefined && areFrozen) await acknowledge(system);
          return deletion;
        });
        if (deleted === undefined || areFrozen) return;
        await noticed(system, deleted);
        await acknowledge(system);
      },
    };
  },
};

/** So many records have to come while no worker reads. */
const ENOUGH = 20;
const POLL_MS = 200;
/** A fetch that waits at the broker when its worker is stopped is answered with what comes, for 250 ms at most. */
const LAST_FETCH_MS = 1_000;
const COMING_MS = 15_000;
const NOTICING_MS = 90_000;

async function deleteUnread(system: System, first: number, percent: number): Promise<Deletion | undefined> {
  await delay(LAST_FETCH_MS);
  const begin = await system.topic.offsets();
  const deleteOne = async (): Promise<Deletion | undefined> => {
    const now = await system.topic.offsets();
    const partitions = [...now.keys()].sort((a, b) => a - b);
    for (const [index] of partitions.entries()) {
      const partition = partitions[(first + index) % partitions.length] ?? 0;
      const [from, to] = [begin.get(partition)?.high ?? 0, now.get(partition)?.high ?? 0];
      if (to - from < ENOUGH) continue;
      // What came before they were stopped may be in their hands.
      const offset = from + Math.ceil(((to - from) * percent) / 100);
      await system.topic.deleteBefore(partition, offset);
      system.deletions.push({ partition, offset });
      system.log(`deleted: partition ${partition} below ${offset}`);
      return { partition, offset };
    }
    return undefined;
  };
  const deletion = await within(COMING_MS, deleteOne, POLL_MS);
  if (deletion === undefined) system.tally.count('records not deleted: all were read');
  return deletion;
}

async function noticed(system: System, { partition, offset }: Deletion): Promise<void> {
  // Only the partition with the gap stops; the worker reads on from its others.
  const faults = `SELECT FROM pipeline.partition_fault WHERE partition = $1 AND code = 'DATA_GAP'`;
  const isStopped = async () => (await system.database.query(faults, [partition])).length > 0;
  const isNoticed = (await within(NOTICING_MS, isStopped, POLL_MS)) ?? false;
  system.tally.count(`deleted records ${isNoticed ? 'noticed' : 'not noticed'}`);
  if (!isNoticed) system.unexpected.push(`no worker noticed that partition ${partition} was deleted up to ${offset}`);
}

/** Runs the command again until every gap is acknowledged. */
async function acknowledge(system: System): Promise<void> {
  const isDone = ({ exitCode, printed }: Ending) =>
    exitCode === 0 && printed.includes('no unread record has been deleted');
  await untilDone(system, ['acknowledge-gap'], { isDone });
}
