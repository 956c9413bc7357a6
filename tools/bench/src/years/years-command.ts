import { command } from '@antenna/cli';
import { asSoleUser, reportToStderr } from '@antenna/local-stack';
import { dropDatabase, freshDatabase } from '@antenna/test-kit';
import { migrate } from '@antenna/usage-store';
import { yearsSettings } from '../load/load-settings.ts';
import { quantile } from '../measure/statistics.ts';
import { markdownTable, numberText } from '../report/table.ts';
import { place, withBenchPostgres } from '../stack/bench-stack.ts';
import { measureRemoval, type RemovalMeasurement } from './removal-beside-commits.ts';
import { measureYears, type YearsDatabases, type YearsMeasurement } from './years.ts';

/** Compares a database of years with one of a month. */
export const yearsCommand = command({
  name: 'years',
  description:
    'measures commits, hours, status and dashboards on a database of years beside one of a month, and retention',
  settings: { years: yearsSettings },
  run: ({ years: { keptDays, ...options } }) =>
    asSoleUser(place.home, () =>
      withBenchPostgres(reportToStderr, async (serverUrl) => {
        const at = await freshDatabases(serverUrl);
        const measured = await measureYears(at, options, reportToStderr);
        process.stdout.write(`${measurementTable(measured)}\n\n`);
        const removal = await measureRemoval(at.oldUrl, options.users, keptDays);
        process.stdout.write(`${removalTable(removal)}\n${commitText(removal)}\n`);
        for (const name of NAMES) await dropDatabase(serverUrl, name);
      }),
    ),
});

const NAMES = ['bench_young', 'bench_old'] as const;

async function freshDatabases(serverUrl: string): Promise<YearsDatabases> {
  const [youngUrl, oldUrl] = [await freshDatabase(serverUrl, NAMES[0]), await freshDatabase(serverUrl, NAMES[1])];
  for (const url of [youngUrl, oldUrl]) await migrate({ url });
  return { youngUrl, oldUrl };
}

function measurementTable(measured: readonly YearsMeasurement[]): string {
  return markdownTable({
    head: ['what', 'young, ms', 'old, ms', 'ratio', 'rows, young', 'rows, old', 'read in full'],
    rows: measured.map(({ what, youngMs, oldMs, youngRows, oldRows, scanned }) => [
      what,
      numberText(youngMs, 1),
      numberText(oldMs, 1),
      `${numberText(oldMs / youngMs, 2)}x`,
      numberText(youngRows, 0),
      numberText(oldRows, 0),
      scanned.join(' '),
    ]),
  });
}

function removalTable({ removals }: RemovalMeasurement): string {
  const rows = removals.map(({ partition, outcome, ms }) => [partition, outcome, numberText(ms, 0)]);
  return markdownTable({ head: ['partition', 'outcome', 'ms'], rows });
}

function commitText({ before, beside }: RemovalMeasurement): string {
  const text = (times: readonly number[]) =>
    `${times.length} commits, p50 ${numberText(quantile(times, 0.5), 0)} ms, longest ${numberText(Math.max(...times), 0)} ms`;
  return `before the removal ${text(before)}; beside it ${text(beside)}`;
}
