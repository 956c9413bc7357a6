import type { NumberedMigration } from './numbered-migration.ts';

/**
 * The four public tables. An existing table of an earlier installation keeps its rows and gets the primary key that the
 * upserts need; if its rows contradict the key, the migration fails and names the duplicate.
 */
export const publicTables: NumberedMigration = {
  name: '0001-public-tables',
  sql: `
    CREATE TABLE IF NOT EXISTS public.bytes (
      "timestamp" timestamp NOT NULL,
      id text COLLATE "C" NOT NULL,
      value bigint NOT NULL,
      type text COLLATE "C" NOT NULL
    );

    CREATE TABLE IF NOT EXISTS public.bytes_hourly (
      "timestamp" timestamp NOT NULL,
      id text COLLATE "C" NOT NULL,
      value bigint NOT NULL,
      type text COLLATE "C" NOT NULL
    );

    CREATE TABLE IF NOT EXISTS public.user_quota_limit (
      email text,
      usage bigint NOT NULL,
      quota bigint NOT NULL,
      "timestamp" timestamp NOT NULL
    );

    CREATE TABLE IF NOT EXISTS public.user_metadata (
      id text COLLATE "C" NOT NULL,
      name text,
      email text,
      quota bigint
    );

    DO $$
    DECLARE
      keyless record;
    BEGIN
      FOR keyless IN
        SELECT wanted.tablename, wanted.key
        FROM (VALUES
          ('bytes', '"timestamp", type, id'),
          ('bytes_hourly', '"timestamp", type, id'),
          ('user_metadata', 'id')
        ) AS wanted (tablename, key)
        WHERE NOT EXISTS (
          SELECT 1 FROM pg_catalog.pg_constraint
          WHERE contype = 'p' AND conrelid = format('public.%I', wanted.tablename)::regclass
        )
      LOOP
        EXECUTE format('ALTER TABLE public.%I ADD PRIMARY KEY (%s)', keyless.tablename, keyless.key);
      END LOOP;
    END
    $$;

    -- Logical replication needs a replica identity to find a deleted or updated row: without one, Postgres refuses
    -- these commands on a table in a publication FOR ALL TABLES. A primary key is the identity by default.
    DO $$
    DECLARE
      unidentified regclass;
    BEGIN
      FOR unidentified IN
        SELECT c.oid FROM pg_catalog.pg_class AS c
        WHERE c.oid = ANY (ARRAY['public.bytes', 'public.bytes_hourly', 'public.user_quota_limit', 'public.user_metadata']::regclass[])
          AND (c.relreplident = 'n' OR (c.relreplident = 'd' AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary
          )))
      LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', unidentified);
      END LOOP;
    END
    $$;

    CREATE INDEX IF NOT EXISTS user_quota_limit_timestamp ON public.user_quota_limit ("timestamp");

    -- A commit updates nearly all rows of a page at once. If the page has space for a second version of each row, the
    -- updates touch no index (HOT), and the next commit reuses the space of the first versions. With fillfactor 70 half
    -- of the updates found no space. The table hardly grows, since its indexes get no second entries.
    ALTER TABLE public.bytes SET (fillfactor = 50);
  `,
};
