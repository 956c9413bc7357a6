import Table from 'cli-table3';

/** A table without colours, whose columns of numbers are aligned to the right. */
export function plainTable(heads: readonly string[], numbers: readonly number[], rows: readonly string[][]): string {
  const table = new Table({
    head: [...heads],
    colAligns: heads.map((_, column) => (numbers.includes(column) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows);
  return table.toString();
}
