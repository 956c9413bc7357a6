import { deadLetterCounts } from '../results/dead-letter-counts.ts';
import type { DatabaseResults } from '../results/demo-results.ts';
import { barChart } from './charts.ts';
import { dataTable } from './data-table.ts';
import { figure } from './figure.ts';
import type { Html } from './html.ts';

/** Why records were no events, the most frequent reason first. */
export function deadLetterSection(results: DatabaseResults): Html {
  const counts = Array.from(deadLetterCounts(results)).sort(([, a], [, b]) => b - a);
  const records = counts.reduce((sum, [, count]) => sum + count, 0);
  return figure({
    name: 'dead-letters',
    title: 'Dead letters by reason',
    description:
      `${records} records were no events. ${results.deadLetters.length} are rows of pipeline.dead_letter, with their ` +
      `payloads; the others are counted in ${results.deadLetterRanges.length} rows of pipeline.dead_letter_range.`,
    chart: barChart(new Map(counts)),
    table: dataTable(
      'Dead letters',
      ['Reason', 'Records'],
      counts.map(([reason, count]) => [reason, String(count)]),
    ),
  });
}
