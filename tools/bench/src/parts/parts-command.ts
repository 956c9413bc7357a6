import { command } from '@antenna/cli';
import { asSoleUser, reportToStderr } from '@antenna/local-stack';
import { buildProduct } from '../contestants/product.ts';
import { partsSettings } from '../load/load-settings.ts';
import { spreadOf } from '../measure/statistics.ts';
import { markdownTable, numberText } from '../report/table.ts';
import { place } from '../stack/bench-stack.ts';
import { withBenchStack } from '../stack/run-place.ts';
import { measureParts, type PartName, type PartRun, partSeconds } from './parts.ts';

/** Measures the CPU time of each part of a drain by itself, and prints a table of them. */
export const partsCommand = command({
  name: 'parts',
  description:
    'measures what each part of a drain takes by itself: receiving, decoding, adding up, archiving, Postgres',
  settings: { parts: partsSettings },
  run: ({ parts: { events, users, rounds } }) =>
    asSoleUser(place.home, async () => {
      await buildProduct();
      const workload = { events, users, partitions: 4, hours: 3 };
      const options = { workload, rounds, report: reportToStderr };
      const runs = await withBenchStack(reportToStderr, (stack) => measureParts(stack, options));
      process.stdout.write(`${partsTable(runs, events)}\n`);
    }),
});

function partsTable(runs: readonly PartRun[], events: number): string {
  const median = (name: PartName, of: Exclude<keyof PartRun, 'name'> = 'worker') =>
    spreadOf(runs.filter((run) => run.name === name).map((run) => run[of])).median;
  const parts = partSeconds(median);
  const row = (what: string, seconds: number) => [what, numberText((seconds / events) * 1_000_000, 2)];
  return markdownTable({
    head: ['part', 'CPU s a million'],
    rows: [
      row('program loaded, connected, group joined', parts.start),
      row('batches received and checked', parts.receive),
      row('records decoded', parts.decode),
      row('bytes added up', parts.add),
      row('rows of commits made and sent', parts.commit),
      row("the archive's columns collected", parts.collect),
      row("the archive's files encoded and written", parts.encode),
      row('**worker**', median('both')),
      row('worker with the totals alone', median('totals')),
      row('Postgres', median('both', 'postgres')),
      row('broker', median('both', 'broker')),
    ],
  });
}
