import type { DeadLetter } from '../results/demo-results.ts';
import { barChart } from './charts.ts';
import { dataTable } from './data-table.ts';
import { figure } from './figure.ts';
import type { Html } from './html.ts';

/** Why records were no events, the most frequent reason first. */
export function deadLetterSection(deadLetters: readonly DeadLetter[]): Html {
  const counts = Array.from(
    Map.groupBy(deadLetters, ({ reason }) => reason),
    ([reason, letters]): [string, number] => [reason, letters.length],
  ).sort(([, a], [, b]) => b - a);
  return figure({
    name: 'dead-letters',
    title: 'Dead letters by reason',
    description: `${deadLetters.length} records were no events. Each is a row of pipeline.dead_letter, with its payload.`,
    chart: barChart(new Map(counts)),
    table: dataTable(
      'Dead letters',
      ['Reason', 'Records'],
      counts.map(([reason, count]) => [reason, String(count)]),
    ),
  });
}
