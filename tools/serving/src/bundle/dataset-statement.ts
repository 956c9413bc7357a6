import type { Dataset } from './bundle.ts';

/** A time range that people chose, as texts of timestamps; empty where it has no such end. */
export interface ChosenRange {
  readonly from: string;
  readonly to: string;
}

const nothingChosen: ChosenRange = { from: '', to: '' };

/**
 * What Superset asks of a dataset's rows. A dataset with a time has places for the chosen range, which Superset fills with
 * its templates; here they get the range itself. No filter of months or days is chosen.
 */
export function rowsStatement({ sql, schema, table_name }: Dataset, { from, to } = nothingChosen): string {
  if (sql === null) return `SELECT * FROM ${schema}.${table_name}`;
  return sql
    .replaceAll(/\{\{ get_time_filter[^{}]*\.from_expr or "" \}\}/g, from)
    .replaceAll(/\{\{ get_time_filter[^{}]*\.to_expr or "" \}\}/g, to)
    .replaceAll(/\{\{ \(filter_values[^{}]*\) \| length \}\}/g, '0');
}

/** The statement that gives each column, in order; a calculated one by its expression. */
export function columnsStatement(dataset: Dataset, chosen?: ChosenRange): string {
  const columns = dataset.columns.map(({ column_name, expression }) =>
    expression === undefined ? `"${column_name}"` : `${expression} AS "${column_name}"`,
  );
  return `SELECT ${columns.join(', ')} FROM (${rowsStatement(dataset, chosen)}) AS dataset`;
}

/** The statement that gives each metric over all rows, in order. */
export function metricsStatement(dataset: Dataset): string {
  const metrics = dataset.metrics.map(({ metric_name, expression }) => `${expression} AS "${metric_name}"`);
  return `SELECT ${metrics.join(', ')} FROM (${rowsStatement(dataset)}) AS dataset`;
}
