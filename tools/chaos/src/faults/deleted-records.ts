import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from '../system/ending.ts';
import type { Deletion, System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/**
 * Records are deleted that nobody has read: the workers are stopped in the midst until there are some, thawed, and have
 * to end with exit code 4. Then somebody accepts the loss, and they go on.
 */
export const deletedRecords: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const first = chance.integer(0, 1_000);
    const percent = chance.integer(30, 95);
    return {
      name: 'unread records deleted (exit 4, acknowledge-gap)',
      text: `delete ${percent} % of what is unread in the first busy partition from ${first}`,
      // A broker that is killed soon afterwards has the records again.
      resource: 'kafka',
      async inject(system) {
        const gap = system.workers.expectGap();
        try {
          const deleted = await system.workers.whileFrozen(() => deleteUnread(system, first, percent));
          if (deleted === undefined) {
            system.tally.count('records not deleted: all were read');
            return;
          }
          system.deletions.push(deleted);
          system.log(`deleted: partition ${deleted.partition} below ${deleted.offset}`);
          await noticed(system, deleted);
          await acknowledge(system);
        } finally {
          gap.acknowledged();
        }
      },
    };
  },
};

/** So many records have to come while nobody reads. */
const ENOUGH = 20;
const POLL_MS = 200;
/** A fetch that waits at the broker when its worker is stopped is answered with what comes, for 250 ms at most. */
const LAST_FETCH_MS = 1_000;
const COMING_MS = 15_000;
const NOTICING_MS = 90_000;
const ACKNOWLEDGING_MS = 120_000;

async function deleteUnread(system: System, first: number, percent: number): Promise<Deletion | undefined> {
  await delay(LAST_FETCH_MS);
  const begin = await system.topic.offsets();
  const end = performance.now() + COMING_MS;
  while (performance.now() < end) {
    await delay(POLL_MS);
    const now = await system.topic.offsets();
    const partitions = [...now.keys()].sort((a, b) => a - b);
    for (const [index] of partitions.entries()) {
      const partition = partitions[(first + index) % partitions.length] ?? 0;
      const [from, to] = [begin.get(partition)?.high ?? 0, now.get(partition)?.high ?? 0];
      if (to - from < ENOUGH) continue;
      // What came before they were stopped may be in their hands.
      const offset = from + Math.ceil(((to - from) * percent) / 100);
      await system.topic.deleteBefore(partition, offset);
      return { partition, offset };
    }
  }
  return undefined;
}

async function noticed(system: System, { partition, offset }: Deletion): Promise<void> {
  const outcome = await Promise.race([system.workers.gap.then(() => 'exit 4'), delay(NOTICING_MS, 'nothing')]);
  system.tally.count(`records deleted: ${outcome}`);
  if (outcome === 'nothing') {
    system.unexpected.push(
      `no worker ended with exit code 4 though partition ${partition} was deleted up to ${offset}`,
    );
  }
}

/** As an operator would, again until nothing is left to accept: services may be away, positions may move. */
async function acknowledge(system: System): Promise<void> {
  let printed = '';
  const end = performance.now() + ACKNOWLEDGING_MS;
  while (performance.now() < end) {
    await delay(POLL_MS);
    const ending = await system.speedLayer('acknowledge-gap');
    printed = ending.printed;
    if (ending.exitCode === 0 && printed.includes('no unread record has been deleted')) return;
  }
  system.unexpected.push(`the gap could not be acknowledged: ${lastLines(printed)}`);
}
