import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const page = resolve(import.meta.dirname, '../../../../../docs/postgres.md');

/** The statements that docs/postgres.md has for the login of the dashboards behind a pooler. */
export async function poolerStatements(): Promise<readonly string[]> {
  return (await readFile(page, 'utf8')).match(/ALTER ROLE antenna_dashboards SET .*;/g) ?? [];
}
