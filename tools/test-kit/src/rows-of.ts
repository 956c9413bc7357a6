import pg from 'pg';

/** Runs one statement on a connection of its own. @returns its rows. */
export async function rowsOf<Row extends pg.QueryResultRow = Record<string, unknown>>(
  databaseUrl: string,
  statement: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
