import { z } from 'zod';
import type { Dataset } from '../bundle/asset-schemas.ts';
import type { Bundle } from '../bundle/bundle.ts';
import { DataUnreadableError, SupersetRefusedError } from '../errors.ts';
import type { SupersetClient } from './superset-client.ts';

const datasetRow = z.object({ id: z.int(), uuid: z.string() });
const queryAnswer = z.object({ result: z.array(z.object({ error: z.string().nullish() })) });

/**
 * Asks Superset for a row of each dataset: the import accepts any address and any password.
 * @throws {DataUnreadableError}
 */
export async function requireReadableData(client: SupersetClient, { datasets }: Bundle): Promise<void> {
  const ids = new Map((await client.list('dataset', datasetRow)).map(({ uuid, id }) => [uuid, id]));
  for (const { content } of datasets) {
    const failure = await failureOf(client, content, ids.get(content.uuid));
    if (failure === undefined) continue;
    throw new DataUnreadableError(
      `the dashboards are imported, but Superset cannot read ${content.table_name}: ${failure}; ${adviceOn(failure)}`,
    );
  }
}

async function failureOf(
  client: SupersetClient,
  dataset: Dataset,
  id: number | undefined,
): Promise<string | undefined> {
  if (id === undefined) return 'the user who imports does not see it';
  const query = {
    columns: dataset.columns.slice(0, 1).map(({ column_name }) => column_name),
    metrics: [],
    row_limit: 1,
  };
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

function adviceOn(failure: string): string {
  if (failure.includes('does not exist') && !/(database|role) "/.test(failure)) {
    return 'bring the schema up to date with npx nx run provisioner:run';
  }
  if (failure.includes('permission denied')) return 'use a login that has the role antenna_reader';
  return 'check SERVING_DATABASE_URL and its password: it is the address as the Superset server reaches it';
}
