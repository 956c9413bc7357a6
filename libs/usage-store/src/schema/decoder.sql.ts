import type { SchemaFamily } from './schema-family.ts';

/** The decoder version of a partition's records, which must be the same in both sinks. */
export const decoder: SchemaFamily = {
  name: 'decoder',
  sql: `
    -- Accepts a worker with another decoder version only when both sinks have reached the same offset and no intent is
    -- open: otherwise a record between the two positions would be decoded by one version for the totals and by the
    -- other for the archive. This also holds for an archive that is begun after the totals have changed their version.
    -- After the claim, workers of the other version are fenced in all sinks.
    CREATE OR REPLACE FUNCTION pipeline.fence_decoder(
      p_topic text, p_partitions integer[], p_decoder_version integer
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      mixed record;
    BEGIN
      PERFORM 1 FROM pipeline.position AS p
      WHERE p.topic = p_topic AND p.partition = ANY (p_partitions)
      ORDER BY p.sink, p.partition FOR UPDATE;

      SELECT p.partition, min(p.next_offset) AS from_offset, max(p.next_offset) AS to_offset INTO mixed
      FROM pipeline.position AS p
      JOIN pipeline.decoder AS d USING (topic, partition)
      LEFT JOIN pipeline.archive_intent AS i USING (topic, partition)
      WHERE p.topic = p_topic AND p.partition = ANY (p_partitions)
      GROUP BY p.partition, d.version, d.from_offset, i.end_offset
      HAVING (min(p.next_offset) < max(p.next_offset) OR i.end_offset IS NOT NULL)
        AND (d.version <> p_decoder_version OR min(p.next_offset) < d.from_offset)
      ORDER BY p.partition
      LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'partition % of topic %: totals and archive have not come to the same offset (% and %, or a chunk is half written), and what one of them holds was decoded by other rules than version % of this program',
          mixed.partition, p_topic, mixed.from_offset, mixed.to_offset, p_decoder_version USING ERRCODE = 'AU006';
      END IF;

      UPDATE pipeline.position AS p SET epoch = p.epoch + 1
      FROM pipeline.decoder AS d
      WHERE p.topic = p_topic AND p.partition = ANY (p_partitions)
        AND d.topic = p.topic AND d.partition = p.partition AND d.version <> p_decoder_version;

      -- A position below from_offset is one that an operator moved back: the log has new records there.
      INSERT INTO pipeline.decoder AS d (topic, partition, version, from_offset)
      SELECT p.topic, p.partition, p_decoder_version, 0
      FROM pipeline.position AS p
      WHERE p.topic = p_topic AND p.partition = ANY (p_partitions)
      GROUP BY p.topic, p.partition
      ORDER BY p.partition
      ON CONFLICT (topic, partition) DO UPDATE SET
        version = excluded.version,
        from_offset = (
          SELECT CASE WHEN d.version = excluded.version THEN least(d.from_offset, max(q.next_offset)) ELSE max(q.next_offset) END
          FROM pipeline.position AS q
          WHERE q.topic = d.topic AND q.partition = d.partition
        );
    END
    $$;
  `,
};
