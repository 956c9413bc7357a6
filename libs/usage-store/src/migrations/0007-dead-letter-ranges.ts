import type { NumberedMigration } from './numbered-migration.ts';

/**
 * Dead letters of a flood, counted in ranges of offsets. Workers of schema version 1 go on calling commit_totals, which
 * stores each dead letter whole: the next version may do without it.
 */
export const deadLetterRanges: NumberedMigration = {
  name: '0007-dead-letter-ranges',
  sql: `
    -- From first_offset to last_offset, so many records have this reason and are no rows of pipeline.dead_letter. Their
    -- payloads are where they came from, in the topic.
    CREATE TABLE pipeline.dead_letter_range (
      topic text NOT NULL,
      partition integer NOT NULL,
      reason text NOT NULL,
      first_offset bigint NOT NULL,
      last_offset bigint NOT NULL,
      records bigint NOT NULL,
      first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, reason, first_offset),
      CHECK (records BETWEEN 1 AND last_offset - first_offset + 1)
    );

    -- A flush: commit_totals, and in the same transaction the dead letters that are not stored whole. A range goes on
    -- for an hour, so that a flood of days is some rows a day, not some a second.
    CREATE FUNCTION pipeline.commit_totals_and_ranges(
      p_version integer, p_topic text,
      p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[],
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[],
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[],
      p_dead_letters jsonb, p_keys bytea[], p_payloads bytea[], p_dead_letter_ranges jsonb
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.commit_totals(p_version, p_topic, p_partitions, p_epochs, p_from, p_to, p_fingerprint_offsets,
        p_fingerprints, p_event_times_ms, p_window_ms, p_types, p_ids, p_values, p_hour_ms, p_users, p_usages,
        p_latest_ms, p_dead_letters, p_keys, p_payloads);

      INSERT INTO pipeline.dead_letter_range AS r (topic, partition, reason, first_offset, last_offset, records)
      SELECT p_topic, c.partition, c.reason, coalesce(o.first_offset, c."firstOffset"), c."lastOffset", c.records
      FROM jsonb_to_recordset(p_dead_letter_ranges)
        AS c (partition integer, reason text, "firstOffset" bigint, "lastOffset" bigint, records bigint)
      LEFT JOIN LATERAL (
        SELECT max(g.first_offset) AS first_offset
        FROM pipeline.dead_letter_range AS g
        WHERE g.topic = p_topic AND g.partition = c.partition AND g.reason = c.reason
          AND g.first_seen_at > clock_timestamp() - interval '1 hour'
      ) AS o ON true
      ON CONFLICT (topic, partition, reason, first_offset) DO UPDATE SET
        last_offset = excluded.last_offset, records = r.records + excluded.records, last_seen_at = excluded.last_seen_at;
    END
    $$;

    CREATE OR REPLACE VIEW pipeline.dead_letter_count AS
    SELECT topic, reason, sum(records)::bigint AS records, max(last_seen_at) AS last_seen_at
    FROM (
      SELECT topic, reason, count(*) AS records, max(seen_at) AS last_seen_at
      FROM pipeline.dead_letter
      GROUP BY topic, reason
      UNION ALL
      SELECT topic, reason, records, last_seen_at FROM pipeline.dead_letter_range
    ) AS stored
    GROUP BY topic, reason;

    UPDATE pipeline.schema_version SET version = 2;
  `,
};
