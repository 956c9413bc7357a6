import pg from 'pg';

/** The table of positions, locked by a transaction of another client. */
export interface LockedPositions {
  /** Whether a call waits for the lock. */
  isAwaited(): Promise<boolean>;
  release(): Promise<void>;
}

/** Locks the table of positions: the claims and commits of all workers wait until `release`. */
export async function lockPositions(databaseUrl: string): Promise<LockedPositions> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN; LOCK TABLE pipeline.position IN ACCESS EXCLUSIVE MODE');
  return {
    async isAwaited() {
      const { rowCount } = await client.query(
        `SELECT FROM pg_catalog.pg_locks WHERE NOT granted AND relation = 'pipeline.position'::regclass`,
      );
      return rowCount !== null && rowCount > 0;
    },
    release: () => client.end(),
  };
}
