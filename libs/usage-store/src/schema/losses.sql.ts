import type { SchemaFamily } from './schema-family.ts';

/**
 * What one sink has of an hour and the other one lacks, by partition, and the part of it that was acknowledged as lost
 * (docs/commit-protocol.md, "Reconciliation"). The views call no function of schema `pipeline`, since a reader of a
 * view needs the right to each function in it.
 */
export const losses: SchemaFamily = {
  name: 'losses',
  sql: `
    -- The files of the manifest. valid_end: the end of the file's chunk; the chunk of an earlier generation ends at the
    -- truncation that ended the generation.
    CREATE VIEW pipeline.file_range AS
    SELECT f.path, f.hour, f.topic, f.partition, f.event_bytes, f.start_offset, least(f.end_offset, (
      SELECT min(t.from_offset) FROM pipeline.acknowledged_truncation AS t
      WHERE t.topic = f.topic AND t.partition = f.partition AND t.generation > f.generation
    )) AS valid_end
    FROM pipeline.archive_file AS f;

    -- Counted and archived bytes of an hour by partition. totals_ahead: a counted event lies beyond the archive
    -- position. archive_ahead: a chunk with events of the hour ends beyond the totals position. acknowledged: the part of
    -- counted - archived that was acknowledged as lost; rest: the other part.
    CREATE VIEW pipeline.partition_balance AS
    SELECT k.hour, k.topic, k.partition, d.counted, coalesce(c.counted_end, 0) AS counted_end,
      coalesce(f.valid_end, 0) AS archived_end,
      coalesce(c.counted_end, 0) > coalesce(a.next_offset, 0) AS totals_ahead,
      coalesce(f.valid_end, 0) > coalesce(t.next_offset, 0) AS archive_ahead,
      n.acknowledged, d.difference - n.acknowledged AS rest
    FROM (
      SELECT hour, topic, partition FROM pipeline.counted_hour
      UNION
      SELECT hour, topic, partition FROM pipeline.archive_file
    ) AS k
    LEFT JOIN pipeline.counted_hour AS c USING (hour, topic, partition)
    LEFT JOIN LATERAL (
      SELECT sum(g.event_bytes) AS event_bytes, max(g.valid_end) AS valid_end
      FROM pipeline.file_range AS g
      WHERE g.hour = k.hour AND g.topic = k.topic AND g.partition = k.partition
    ) AS f ON true
    LEFT JOIN pipeline.lost_hour AS l USING (hour, topic, partition)
    LEFT JOIN pipeline.position AS t ON t.sink = 'totals' AND t.topic = k.topic AND t.partition = k.partition
    LEFT JOIN pipeline.position AS a ON a.sink = 'archive' AND a.topic = k.topic AND a.partition = k.partition
    CROSS JOIN LATERAL (
      SELECT coalesce(c.event_bytes, 0) AS counted, coalesce(c.event_bytes, 0) - coalesce(f.event_bytes, 0) AS difference,
        coalesce(l.event_bytes, 0) AS lost
    ) AS d
    CROSS JOIN LATERAL (
      SELECT d.lost + greatest(coalesce(l.at_least, 0), least(coalesce(l.at_most, 0), d.difference - d.lost)) AS acknowledged
    ) AS n;

    -- Adds to the losses of an hour, within a transaction that holds the positions of the partition.
    CREATE OR REPLACE FUNCTION pipeline.add_losses(
      p_topic text, p_partition integer, p_hours timestamp[], p_bytes numeric[], p_at_least numeric[], p_at_most numeric[]
    ) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      INSERT INTO pipeline.lost_hour AS l (hour, topic, partition, event_bytes, at_least, at_most)
      SELECT n.hour, p_topic, p_partition, n.event_bytes, n.at_least, n.at_most
      FROM unnest(p_hours, p_bytes, p_at_least, p_at_most) AS n (hour, event_bytes, at_least, at_most)
      ON CONFLICT (hour, topic, partition) DO UPDATE SET
        event_bytes = l.event_bytes + excluded.event_bytes,
        at_least = l.at_least + excluded.at_least,
        at_most = l.at_most + excluded.at_most;
    END;

    -- Records what an acknowledgement makes lost, before the positions of the partition move to p_totals_to and
    -- p_archive_to. p_by: the sink whose records are gone, or NULL if the log was cut at p_cut. The loss is exact unless
    -- the other sink goes on to read events of the hour that the difference holds, too.
    CREATE OR REPLACE FUNCTION pipeline.record_losses(
      p_topic text, p_partition integer, p_by text, p_totals_to bigint, p_archive_to bigint, p_cut bigint
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.add_losses(p_topic, p_partition, array_agg(d.hour), array_agg(d.exact), array_agg(d.at_least),
        array_agg(d.at_most))
      FROM (
        SELECT b.hour, CASE WHEN NOT e.is_exact THEN 0 ELSE b.rest END AS exact,
          CASE WHEN e.is_exact THEN 0 ELSE least(b.rest, 0) END AS at_least,
          CASE WHEN e.is_exact THEN 0 ELSE greatest(b.rest, 0) END AS at_most
        FROM pipeline.partition_balance AS b
        CROSS JOIN LATERAL (
          SELECT CASE WHEN b.rest > 0
            THEN least(b.counted_end, p_cut) <= p_archive_to
            ELSE least(b.archived_end, p_cut) <= p_totals_to END AS is_exact
        ) AS e
        WHERE b.topic = p_topic AND b.partition = p_partition
          AND ((b.rest > 0 AND b.totals_ahead AND p_by IS DISTINCT FROM 'totals')
            OR (b.rest < 0 AND b.archive_ahead AND p_by IS DISTINCT FROM 'archive'))
      ) AS d
      HAVING count(*) > 0;
    END
    $$;

    -- Adds events of a commit to the losses, of which the archive has skipped all or some: the commit begins below the
    -- end of what the archive skipped.
    CREATE OR REPLACE FUNCTION pipeline.count_skipped(
      p_topic text, p_partitions integer[], p_from bigint[], p_counted_partitions integer[], p_hours_ms bigint[],
      p_bytes numeric[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      skipped integer;
    BEGIN
      FOR skipped IN
        SELECT m.partition
        FROM unnest(p_partitions, p_from) AS m (partition, from_offset)
        JOIN pipeline.position AS p ON p.sink = 'archive' AND p.topic = p_topic AND p.partition = m.partition
        WHERE p.skipped_until > m.from_offset
      LOOP
        PERFORM pipeline.add_losses(p_topic, skipped, array_agg(pipeline.utc(n.hour_ms)), array_agg(0::numeric),
          array_agg(0::numeric), array_agg(n.event_bytes))
        FROM unnest(p_counted_partitions, p_hours_ms, p_bytes) AS n (partition, hour_ms, event_bytes)
        WHERE n.partition = skipped
        HAVING count(*) > 0;
      END LOOP;
    END
    $$;

    -- Adds events of a chunk to the losses, of which the totals have skipped all or some: the chunk begins below the
    -- end of what the totals skipped.
    CREATE OR REPLACE FUNCTION pipeline.list_skipped(p_topic text, p_partition integer, p_start bigint, p_files jsonb)
    RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.add_losses(p_topic, p_partition, array_agg(f.hour), array_agg(0::numeric),
        array_agg(-f.event_bytes), array_agg(0::numeric))
      FROM (
        SELECT pipeline.utc((j ->> 'hourMs')::bigint) AS hour, sum((j ->> 'eventBytes')::numeric) AS event_bytes
        FROM jsonb_array_elements(p_files) AS j
        GROUP BY 1
      ) AS f
      WHERE EXISTS (
        SELECT FROM pipeline.position AS p
        WHERE p.sink = 'totals' AND p.topic = p_topic AND p.partition = p_partition AND p.skipped_until > p_start
      )
      HAVING count(*) > 0;
    END
    $$;

    -- A file that was given up has appeared: its events were lost until now. If the totals have not passed its chunk,
    -- the loss of its events that they have counted is known only within bounds.
    CREATE OR REPLACE FUNCTION pipeline.find_lost(p_topic text, p_partition integer, p_end bigint, p_file jsonb)
    RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      found constant numeric := (p_file ->> 'eventBytes')::numeric;
      is_passed constant boolean := coalesce((
        SELECT p.next_offset >= p_end FROM pipeline.position AS p
        WHERE p.sink = 'totals' AND p.topic = p_topic AND p.partition = p_partition), false);
    BEGIN
      PERFORM pipeline.add_losses(p_topic, p_partition, ARRAY[pipeline.utc((p_file ->> 'hourMs')::bigint)],
        ARRAY[CASE WHEN is_passed THEN -found ELSE 0 END], ARRAY[CASE WHEN is_passed THEN 0 ELSE -found END],
        ARRAY[0::numeric]);
    END
    $$;
  `,
};
