import Table from 'cli-table3';

/** Rows of texts under a heading, for people: no colours, so that it can be kept in a file. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
