import * as z from 'zod';
import type { Dataset } from '../bundle/asset-schemas.ts';
import { SupersetRefusedError } from '../errors.ts';
import type { SupersetClient } from './superset-client.ts';

const queryAnswer = z.object({ result: z.array(z.object({ error: z.string().nullish() })) });

export interface Probe {
  /** Superset's own id. */
  readonly id: number;
  readonly dataset: Dataset;
  /** In Superset's words; only where the dataset has a time. */
  readonly timeRange?: string;
}

/** Asks Superset for a row of a dataset. @returns why there is none to be had; undefined when all is well. */
export async function failureOf(
  client: SupersetClient,
  { id, dataset, timeRange }: Probe,
): Promise<string | undefined> {
  const columns = dataset.columns.slice(0, 1).map(({ column_name }) => column_name);
  const time = { col: dataset.main_dttm_col, op: 'TEMPORAL_RANGE', val: timeRange };
  const query = { columns, metrics: [], row_limit: 1, filters: timeRange === undefined ? [] : [time] };
  const json = { datasource: { id, type: 'table' }, force: true, queries: [query] };
  try {
    const answer = queryAnswer.parse(await client.call({ method: 'POST', path: '/api/v1/chart/data', json }));
    return answer.result.map(({ error }) => error ?? undefined).find((error) => error !== undefined);
  } catch (error) {
    if (error instanceof SupersetRefusedError) return inOneLine(error.message);
    throw error;
  }
}

/** Without the driver's pointers to the place in the statement and to its own manual. */
function inOneLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !/^(LINE \d+:|\^|\(Background on)/.test(line)).join(' ');
}
