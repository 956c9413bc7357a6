import type { SchemaFamily } from './schema-family.ts';

/** Accepting records that cannot be read any more. */
export const gaps: SchemaFamily = {
  name: 'gaps',
  sql: `
    -- Gives up records that retention has deleted: records the gap and moves the position to the oldest offset that
    -- is left. An intent whose records are gone is closed; those of its files that exist are listed.
    CREATE OR REPLACE FUNCTION pipeline.acknowledge_gap(
      p_version integer, p_topic text, p_sink text, p_partition integer, p_from bigint, p_to bigint,
      p_acknowledged_by text, p_detail text, p_files jsonb
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      held pipeline.position;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      INSERT INTO pipeline.position (sink, topic, partition) VALUES (p_sink, p_topic, p_partition)
      ON CONFLICT DO NOTHING;
      -- The epoch is raised: a worker that still holds the partition is refused and starts anew.
      UPDATE pipeline.position AS p SET
        next_offset = p_to, epoch = p.epoch + 1, fingerprint_offset = NULL, fingerprint = NULL, moved_at = clock_timestamp()
      WHERE p.sink = p_sink AND p.topic = p_topic AND p.partition = p_partition AND p.next_offset = p_from
      RETURNING * INTO held;
      IF held IS NULL THEN
        RAISE EXCEPTION 'the position of % on partition % of topic % is not % any more',
          p_sink, p_partition, p_topic, p_from USING ERRCODE = 'AU001';
      END IF;
      INSERT INTO pipeline.acknowledged_gap
        (sink, topic, partition, from_offset, to_offset, detail, acknowledged_by)
      VALUES (p_sink, p_topic, p_partition, p_from, p_to, p_detail, p_acknowledged_by);

      IF p_sink = 'archive' THEN
        PERFORM pipeline.list_files(p_topic, p_partition, i.start_offset, i.end_offset, i.decoder_version, p_files)
        FROM pipeline.archive_intent AS i
        WHERE i.topic = p_topic AND i.partition = p_partition;
        DELETE FROM pipeline.archive_intent AS i WHERE i.topic = p_topic AND i.partition = p_partition;
      END IF;
    END
    $$;
  `,
};
