import * as z from 'zod';
import type { Bundle } from '../bundle/bundle.ts';
import { DataUnreadableError, WrongTimeRangeError } from '../errors.ts';
import { failureOf, type Probe } from './dataset-probe.ts';
import type { SupersetClient } from './superset-client.ts';

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

function adviceOn(failure: string): string {
  if (failure.includes('does not exist') && !/(database|role) "/.test(failure)) {
    return 'bring the schema up to date with npx nx run provisioner:run';
  }
  if (failure.includes('permission denied')) return 'use a login that has the role antenna_reader';
  return 'check SERVING_DATABASE_URL and its password: it is the address as the Superset server reaches it';
}
