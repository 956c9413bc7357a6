import pg from 'pg';

/**
 * The tables of schemas `public` and `pipeline` of which a row names the text in any column, also within JSON or bytes.
 * @returns their names, sorted.
 */
export async function tablesNaming(databaseUrl: string, text: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(TABLES);
    const naming: string[] = [];
    for (const { name } of rows) {
      const found = await client.query(
        `SELECT FROM ${name} AS t WHERE strpos(to_jsonb(t)::text, $1) > 0 OR strpos(to_jsonb(t)::text, $2) > 0 LIMIT 1`,
        [text, Buffer.from(text).toString('hex')],
      );
      if (found.rowCount !== 0) naming.push(name);
    }
    return naming;
  } finally {
    await client.end();
  }
}

/** Partitions are read with the table that they belong to. */
const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('public', 'pipeline') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  ORDER BY 1`;
