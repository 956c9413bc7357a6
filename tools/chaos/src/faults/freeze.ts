import { setTimeout as delay } from 'node:timers/promises';
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
        if (pid === undefined) system.tally.count('freeze skipped: nobody is at work');
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
  const end = performance.now() + WORK_MS;
  while (performance.now() < end) {
    const rows = await database.query<{ pid: number }>(
      `SELECT DISTINCT split_part(owner, '/', 2)::integer AS pid FROM pipeline.position
       WHERE moved_at > clock_timestamp() - interval '3 seconds' ORDER BY 1`,
    );
    pids = rows.map(({ pid }) => pid);
    if (pids.length >= ENOUGH) return pids;
    await delay(POLL_MS);
  }
  return pids;
}
