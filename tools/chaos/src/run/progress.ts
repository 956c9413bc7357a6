import type { System } from '../system/system.ts';

/** How many records both sinks have saved. While the database is away, this waits for it. */
export async function progress({ database }: System): Promise<number> {
  const [row] = await database.query<{ saved: string }>(
    'SELECT coalesce(sum(next_offset), 0) AS saved FROM pipeline.position',
  );
  return Number(row?.saved ?? 0);
}
