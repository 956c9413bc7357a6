import { setTimeout as delay } from 'node:timers/promises';
import { within } from '@antenna/test-kit';
import { MONTH_MS } from '../feed/simulation.ts';
import { lastLines } from '../system/ending.ts';
import type { System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

const LONGEST_MS = 300_000;
const POLL_MS = 500;

/**
 * Retention removes the rows of all months before `MONTH_MS`, in the middle of the run's event times, while the workers go on
 * and events come that are below the floor. Each command of retention is killed once, at any instant; then all are run again
 * until no row below the floor is left.
 */
export const retention: FaultKind = {
  archives: ANY_ARCHIVE,
  seconds: 30,
  draw(chance) {
    const killedAfterMs = Array.from({ length: 3 }, () => chance.integer(300, 1_500));
    return {
      name: 'retention by commands that are killed and run again',
      text: `remove windows and hours, kill the commands after ${killedAfterMs.join(', ')} ms, and again`,
      // Another run of an hour may be what its last run was not, final.
      resource: 'hours',
      async inject(system) {
        const days = ['--retain-windows-days=1', '--retain-hours-days=1'];
        const commands = [
          ['run', '--due', ...days],
          ['reconcile', '--due'],
          ['retain', ...days],
        ] as const;
        await within(LONGEST_MS, () => hasReached(system), POLL_MS);
        for (const [index, command] of commands.entries()) await kill(system, command, killedAfterMs[index] ?? 0);
        const attempt = async (): Promise<boolean> => {
          for (const command of commands) {
            await letADayPass(system);
            const ending = await system.batchLayer(...command);
            system.log(`${command.join(' ')}: ${lastLines(ending.printed, 3)}`);
          }
          return isRemoved(system);
        };
        const isDone = await within(LONGEST_MS, attempt, POLL_MS);
        system.floors = { windowsMs: MONTH_MS, hoursMs: MONTH_MS };
        if (isDone === undefined) system.unexpected.push('retention could not be done');
      },
    };
  },
};

async function kill(system: System, command: readonly string[], afterMs: number): Promise<void> {
  const killed = system.startBatchLayer(...command);
  await delay(afterMs);
  killed.kill('SIGKILL');
  const { signal } = await killed.ended;
  system.tally.count(`retention ${signal === 'SIGKILL' ? 'killed' : 'that ended before it was killed'}: ${command[0]}`);
}

/** Whether the newest counted event is a day after the beginning of the month, so that retention may remove what is before it. */
async function hasReached({ database }: System): Promise<boolean> {
  const [row] = await database.query<{ hasReached: boolean }>(
    `SELECT coalesce(max(greatest_event_time) >= $1::timestamp + interval '1 day', false) AS "hasReached"
     FROM pipeline.position WHERE sink = 'totals'`,
    [MONTH],
  );
  return row?.hasReached ?? false;
}

const MONTH = new Date(MONTH_MS).toISOString().replace('Z', '');

/** The product raises a floor by one month a day at most: lets a day pass, unless the floor is at the month already. */
async function letADayPass({ database }: System): Promise<void> {
  await database.query(
    `UPDATE pipeline.retention_floor SET raised_at = raised_at - interval '1 day' WHERE floor < $1::timestamp`,
    [MONTH],
  );
}

/** Whether the floors have been raised to the month, and no row below them is left. */
async function isRemoved({ database }: System): Promise<boolean> {
  const [row] = await database.query<{ isRemoved: boolean }>(
    `SELECT bool_and(floor = $1::timestamp) AND NOT EXISTS (SELECT FROM public.bytes WHERE "timestamp" < $1::timestamp)
       AND NOT EXISTS (SELECT FROM pipeline.user_hour_usage WHERE hour < $1::timestamp)
       AND NOT EXISTS (SELECT FROM public.bytes_hourly WHERE "timestamp" < $1::timestamp)
       AS "isRemoved"
     FROM pipeline.retention_floor`,
    [MONTH],
  );
  return row?.isRemoved ?? false;
}
