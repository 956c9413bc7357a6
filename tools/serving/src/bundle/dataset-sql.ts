import type { Dataset } from './asset-schemas.ts';

/** What Superset asks of a dataset's rows: the statement that has them. */
function rowsOf({ sql, schema, table_name }: Dataset): string {
  return sql ?? `SELECT * FROM ${schema}.${table_name}`;
}

/** The statement that gives each column, in order; a calculated one by its expression. */
export function columnsStatement(dataset: Dataset): string {
  const columns = dataset.columns.map(({ column_name, expression }) =>
    expression === undefined ? `"${column_name}"` : `${expression} AS "${column_name}"`,
  );
  return `SELECT ${columns.join(', ')} FROM (${rowsOf(dataset)}) AS dataset`;
}

/** The statement that gives each metric over all rows, in order. */
export function metricsStatement(dataset: Dataset): string {
  const metrics = dataset.metrics.map(({ metric_name, expression }) => `${expression} AS "${metric_name}"`);
  return `SELECT ${metrics.join(', ')} FROM (${rowsOf(dataset)}) AS dataset`;
}
