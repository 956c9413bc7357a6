import { ProductError } from '@antenna/cli';
import * as z from 'zod';
import type { Bundle, Dataset } from '../bundle/bundle.ts';
import { SupersetRefusedError } from './answer.ts';
import type { SupersetClient } from './superset-client.ts';

/** The range of time that the dashboards are to show at first is none. */
class WrongTimeRangeError extends ProductError {
  readonly code = 'WRONG_TIME_RANGE';
  override readonly exitCode = 2;
}

/** Everything is imported, but Superset cannot read what the dashboards show. */
class DataUnreadableError extends ProductError {
  readonly code = 'DATA_UNREADABLE';
}

const datasetRow = z.object({ id: z.int(), uuid: z.string() });

/**
 * Asks Superset for a row of each dataset, and of one in the range of time that the dashboards show at first: the
 * import accepts any address, any password and any range.
 * @throws {DataUnreadableError}
 * @throws {WrongTimeRangeError}
 */
export async function requireReadableData(client: SupersetClient, bundle: Bundle, timeRange: string): Promise<void> {
  const probes = await probesOf(client, bundle);
  for (const probe of probes) {
    const failure = await failureOf(client, probe);
    if (failure !== undefined) throw unreadable(probe.dataset.table_name, failure);
  }
  const timed = probes.find(({ dataset }) => dataset.main_dttm_col !== null);
  const failure = timed === undefined ? undefined : await failureOf(client, { ...timed, timeRange });
  if (failure === undefined) return;
  throw new WrongTimeRangeError(
    `the dashboards are imported, but Superset makes no range of time of «${timeRange}» (${failure}); import again with ` +
      `--time-range="Current day", --time-range='DATEADD(DATETIME("now"), -6, HOUR) : now' or without`,
  );
}

async function probesOf(client: SupersetClient, { datasets }: Bundle): Promise<readonly Probe[]> {
  const ids = new Map((await client.list('dataset', datasetRow)).map(({ uuid, id }) => [uuid, id]));
  return datasets.map(({ content: dataset }) => {
    const id = ids.get(dataset.uuid);
    if (id === undefined) throw unreadable(dataset.table_name, 'the user who imports does not see it');
    return { id, dataset };
  });
}

function unreadable(dataset: string, failure: string): DataUnreadableError {
  return new DataUnreadableError(
    `the dashboards are imported, but Superset cannot read ${dataset}: ${failure}; ${adviceOn(failure)}`,
  );
}

/** What to do about an error of Superset's driver. */
export function adviceOn(failure: string): string {
  if (failure.includes('does not exist') && !/(database|role) "/.test(failure)) {
    return 'bring the schema up to date with npx nx run provisioner:run';
  }
  if (failure.includes('unsupported startup parameter')) {
    return (
      'a pgbouncer refuses the settings that Superset sends: name the server itself in SERVING_DATABASE_URL, or put ' +
      'ignore_startup_parameters = options into pgbouncer.ini and give the settings to the login (docs/postgres.md, "Poolers")'
    );
  }
  if (failure.includes('get_time_filter')) {
    return 'set FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True} in the configuration of Superset (docs/serving.md)';
  }
  if (failure.includes('permission denied')) return 'use a login that has the role antenna_reader';
  return 'check SERVING_DATABASE_URL and its password: it is the address as the Superset server reaches it';
}

const queryAnswer = z.object({ result: z.array(z.object({ error: z.string().nullish() })) });

interface Probe {
  /** Superset's own id. */
  readonly id: number;
  readonly dataset: Dataset;
  /** In Superset's words; only where the dataset has a time. */
  readonly timeRange?: string;
}

/** Asks Superset for a row of a dataset. @returns why there is none to be had; undefined when all is well. */
async function failureOf(client: SupersetClient, { id, dataset, timeRange }: Probe): Promise<string | undefined> {
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
