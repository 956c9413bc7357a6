import CliTable from 'cli-table3';
import type { Findings } from '../results/results.ts';
import { sectionsOf } from './sections.ts';

/** The tables, for a console. */
export function consoleReport(findings: Findings): string {
  return sectionsOf(findings)
    .map(({ title, table: { head, rows } }) => {
      const colAligns = head.map((_, index) => (index === 0 ? ('left' as const) : ('right' as const)));
      const table = new CliTable({ head: [...head], colAligns, style: { head: [], border: [], compact: true } });
      table.push(...rows.map((row) => [...row]));
      return `${title}\n${table.toString()}\n`;
    })
    .join('\n');
}
