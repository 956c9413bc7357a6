import { within } from '@antenna/test-kit';
import type { System } from '../system/system.ts';
import { judge, lastLines } from '../system/ending.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/** Two batch runs of one hour at once, while the workers go on archiving events of that hour. */
export const racingBatches: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const percent = chance.integer(0, 99);
    return {
      name: 'two batch runs of one hour at once',
      text: `compute twice the hour at ${percent} % of those archived`,
      resource: 'hours',
      async inject(system) {
        // At first, no hour is archived.
        const hours = (await within(FIRST_HOUR_MS, () => archivedHours(system), POLL_MS)) ?? [];
        // The newest are those that grow; the others grow by late events.
        const hour = hours[Math.floor((hours.length * percent) / 100)];
        if (hour === undefined) {
          system.tally.count('batch run skipped: no hour yet');
          return;
        }
        await Promise.all([runHour(system, hour), runHour(system, hour)]);
      },
    };
  },
};

const POLL_MS = 500;
const FIRST_HOUR_MS = 20_000;

async function runHour(system: System, { date, hour }: Hour): Promise<void> {
  const ending = await system.batchLayer('run', `--date=${date}`, `--hour=${hour}`);
  const verdict = judge(ending);
  system.tally.count(`batch run ${verdict}`);
  if (verdict === 'done' || verdict === 'gave up') return;
  system.unexpected.push(`a batch run of ${date} ${hour} ended with: ${lastLines(ending.printed)}`);
}

interface Hour {
  readonly date: string;
  readonly hour: number;
}

/** The archived hours that may be computed: hours below the retention floor are refused. */
async function archivedHours({ database }: System): Promise<readonly Hour[] | undefined> {
  const hours = await database.query<{ date: string; hour: number }>(
    `SELECT to_char(hour, 'YYYY-MM-DD') AS date, extract(hour FROM hour)::integer AS hour
     FROM pipeline.hour AS h
     WHERE revision > 0 AND h.hour >= (SELECT f.floor FROM pipeline.retention_floor AS f WHERE f.kind = 'hours')
     ORDER BY h.hour`,
  );
  return hours.length > 0 ? hours : undefined;
}
