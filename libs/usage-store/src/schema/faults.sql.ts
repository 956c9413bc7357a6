import type { SchemaFamily } from './schema-family.ts';

/** The faults of stopped partitions. */
export const faults: SchemaFamily = {
  name: 'faults',
  sql: `
    -- Sets the faults of the partitions that a worker holds to exactly these. The faults of other partitions stay,
    -- since a worker that is gone has not repaired them. Partitions that another worker has claimed since are left out.
    CREATE OR REPLACE FUNCTION pipeline.note_partition_faults(
      p_version integer, p_topic text, p_owner text, p_assigned integer[], p_partitions integer[], p_codes text[],
      p_sinks text[], p_details text[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      held integer[];
    BEGIN
      PERFORM pipeline.require_version(p_version);
      SELECT array_agg(p.partition) INTO held
      FROM pipeline.position AS p
      WHERE p.sink = 'totals' AND p.topic = p_topic AND p.partition = ANY (p_assigned) AND p.owner = p_owner;

      DELETE FROM pipeline.partition_fault AS f
      WHERE f.topic = p_topic AND f.partition = ANY (held) AND f.partition <> ALL (p_partitions);

      INSERT INTO pipeline.partition_fault AS f (topic, partition, code, sink, detail, owner)
      SELECT p_topic, n.partition, n.code, n.sink, n.detail, p_owner
      FROM unnest(p_partitions, p_codes, p_sinks, p_details) AS n (partition, code, sink, detail)
      WHERE n.partition = ANY (held)
      ORDER BY n.partition
      ON CONFLICT (topic, partition) DO UPDATE SET
        since = CASE WHEN f.code = excluded.code THEN f.since ELSE excluded.since END,
        code = excluded.code, sink = excluded.sink, detail = excluded.detail, owner = excluded.owner;
    END
    $$;

    CREATE OR REPLACE FUNCTION pipeline.partition_faults(p_topic text) RETURNS SETOF pipeline.partition_fault
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT * FROM pipeline.partition_fault WHERE topic = p_topic ORDER BY partition;
    END;
  `,
};
