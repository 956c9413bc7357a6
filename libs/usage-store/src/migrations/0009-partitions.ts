import type { NumberedMigration } from './numbered-migration.ts';

/**
 * Partitions of a month (UTC) for the tables that grow with time (docs/decisions/0019-partitions.md). The table that
 * exists becomes the partition of everything before the first month, with its rows, so that nothing is copied.
 */
export const partitions: NumberedMigration = {
  name: '0009-partitions',
  sql: `
    -- The tables with partitions. Those of a table are named after it: NAME_before holds all months before first_month,
    -- NAME_2026_11 a month, and NAME_beyond (the default partition) the rows that have no other place.
    CREATE TABLE pipeline.partitioned_table (
      name text PRIMARY KEY,
      schema text NOT NULL,
      time_column text NOT NULL,
      -- Space that an update of a row needs on its page; see 0001-public-tables.
      fillfactor integer NOT NULL,
      first_month timestamp NOT NULL CHECK (first_month = date_trunc('month', first_month))
    );

    -- Functions with a body in SQL and views are bound to the table itself, not to its name: they would read the old
    -- rows only. They are declared again in the next transaction (schema/apply-schema.ts).
    DO $$
    DECLARE
      bound record;
    BEGIN
      FOR bound IN SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = 'pipeline' LOOP
        EXECUTE format('DROP VIEW IF EXISTS pipeline.%I CASCADE', bound.viewname);
      END LOOP;
      FOR bound IN
        SELECT DISTINCT p.oid::regprocedure AS signature
        FROM pg_catalog.pg_depend AS d
        JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
        WHERE p.pronamespace = 'pipeline'::regnamespace AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid IN ('public.bytes'::regclass, 'public.bytes_hourly'::regclass, 'pipeline.user_hour_usage'::regclass)
      LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', bound.signature);
      END LOOP;
    END
    $$;

    -- What an installation has added to the tables would stay with the old rows, and silently miss all new ones.
    DO $$
    DECLARE
      added text;
    BEGIN
      SELECT string_agg(DISTINCT o.object || ' of ' || o.relation, ', ') INTO added
      FROM (
        SELECT d.refobjid::regclass AS relation, 'view ' || r.ev_class::regclass AS object
        FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        WHERE d.refclassid = 'pg_class'::regclass AND r.ev_class <> d.refobjid
        UNION ALL
        SELECT t.tgrelid::regclass, 'trigger ' || t.tgname FROM pg_catalog.pg_trigger AS t WHERE NOT t.tgisinternal
        UNION ALL
        SELECT p.prrelid::regclass, 'publication ' || n.pubname
        FROM pg_catalog.pg_publication_rel AS p JOIN pg_catalog.pg_publication AS n ON n.oid = p.prpubid
        UNION ALL
        SELECT c.oid::regclass, 'row level security' FROM pg_catalog.pg_class AS c WHERE c.relrowsecurity
      ) AS o
      WHERE o.relation IN ('public.bytes'::regclass, 'public.bytes_hourly'::regclass, 'pipeline.user_hour_usage'::regclass);
      IF added IS NOT NULL THEN
        RAISE EXCEPTION 'the tables are divided into partitions, and cannot keep %', added
          USING DETAIL = 'drop these, run the provisioner, and create them again';
      END IF;
    END
    $$;

    DO $$
    DECLARE
      this_month constant timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
      divided record;
      before text;
      beyond text;
      partition_name text;
      granted record;
      is_current boolean;
      has_later boolean;
      first timestamp;
    BEGIN
      FOR divided IN
        SELECT t.*, format('%I.%I', t.schema, t.name) AS parent
        FROM (VALUES
          ('bytes', 'public', 'timestamp', 50),
          ('bytes_hourly', 'public', 'timestamp', 100),
          ('user_hour_usage', 'pipeline', 'hour', 50)
        ) AS t (name, schema, time_column, fillfactor)
        JOIN pg_catalog.pg_class AS c ON c.oid = format('%I.%I', t.schema, t.name)::regclass
        -- A table that an operator has divided already stays as it is.
        WHERE c.relkind = 'r'
      LOOP
        before := divided.name || '_before';
        beyond := divided.name || '_beyond';
        IF divided.schema <> 'pipeline' THEN
          EXECUTE format('ALTER TABLE %s SET SCHEMA pipeline', divided.parent);
        END IF;
        EXECUTE format('ALTER TABLE pipeline.%I RENAME TO %I', divided.name, before);
        SELECT c.conname INTO partition_name FROM pg_catalog.pg_constraint AS c
        WHERE c.conrelid = format('pipeline.%I', before)::regclass AND c.contype = 'p';
        EXECUTE format('ALTER TABLE pipeline.%I RENAME CONSTRAINT %I TO %I', before, partition_name, before || '_pkey');
        EXECUTE format('CREATE TABLE %s (LIKE pipeline.%I INCLUDING ALL) PARTITION BY RANGE (%I)',
          divided.parent, before, divided.time_column);
        FOR granted IN
          SELECT a.grantee, a.privilege_type, a.is_grantable
          FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
          WHERE c.oid = format('pipeline.%I', before)::regclass AND a.grantee <> c.relowner
        LOOP
          EXECUTE format('GRANT %s ON %s TO %s %s', granted.privilege_type, divided.parent,
            CASE WHEN granted.grantee = 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END,
            CASE WHEN granted.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END);
        END LOOP;

        -- Partitions begin with the last month, or, beside present rows, with the next one. Rows of a later time, which
        -- wrong clocks have made, move to the default partition.
        EXECUTE format('SELECT EXISTS (SELECT FROM pipeline.%I WHERE %I >= $1 AND %I < $2)',
          before, divided.time_column, divided.time_column)
        INTO is_current USING this_month - interval '1 month', this_month + interval '1 month';
        first := this_month + CASE WHEN is_current THEN interval '1 month' ELSE interval '-1 month' END;
        EXECUTE format('SELECT EXISTS (SELECT FROM pipeline.%I WHERE %I >= $1)', before, divided.time_column)
        INTO has_later USING first;
        EXECUTE format('CREATE TABLE pipeline.%I PARTITION OF %s DEFAULT WITH (fillfactor = %s)',
          beyond, divided.parent, divided.fillfactor);
        IF has_later THEN
          EXECUTE format(
            'WITH moved AS (DELETE FROM pipeline.%I WHERE %I >= $1 RETURNING *) INSERT INTO %s SELECT * FROM moved',
            before, divided.time_column, divided.parent) USING first;
        END IF;
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION pipeline.%I FOR VALUES FROM (MINVALUE) TO (%L)',
          divided.parent, before, first);
        INSERT INTO pipeline.partitioned_table (name, schema, time_column, fillfactor, first_month)
        VALUES (divided.name, divided.schema, divided.time_column, divided.fillfactor, first);
      END LOOP;
    END
    $$;
  `,
};
