import type { NumberedMigration } from './numbered-migration.ts';

/** Makes commits of totals cheaper, and changes nothing else: workers of any version go on as they are. */
export const rowsWithoutCopies: NumberedMigration = {
  name: '0010-rows-without-copies',
  sql: `
    -- As in 0003, but for the arrays: in FROM, unnest(a, b) puts the elements of each array into a table of its own, in
    -- a file where they are many, before the first row is seen. In SELECT their rows are made one by one, in order.
    CREATE OR REPLACE FUNCTION pipeline.commit_totals(
      p_version integer, p_topic text,
      p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[],
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[],
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[],
      p_dead_letters jsonb, p_keys bytea[], p_payloads bytea[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_custom_plan' AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.move_positions('totals', p_topic, p_partitions, p_epochs, p_from, p_to,
        p_fingerprint_offsets, p_fingerprints, p_event_times_ms);

      INSERT INTO public.bytes ("timestamp", type, id, value)
      SELECT pipeline.utc(d.window_ms), d.type, d.id, d.value
      FROM (
        SELECT unnest(p_window_ms) AS window_ms, unnest(p_types) AS type, unnest(p_ids) AS id, unnest(p_values) AS value
      ) AS d
      ON CONFLICT ("timestamp", type, id) DO UPDATE SET value = bytes.value + excluded.value;

      WITH used AS (
        INSERT INTO pipeline.user_hour_usage AS u (hour, id, usage, latest_event_time)
        SELECT pipeline.utc(d.hour_ms), d.id, d.usage, pipeline.utc(d.latest_ms)
        FROM (
          SELECT unnest(p_hour_ms) AS hour_ms, unnest(p_users) AS id, unnest(p_usages) AS usage,
            unnest(p_latest_ms) AS latest_ms
        ) AS d
        ON CONFLICT (hour, id) DO UPDATE SET
          usage = u.usage + excluded.usage,
          latest_event_time = greatest(u.latest_event_time, excluded.latest_event_time)
        RETURNING u.hour, u.id, u.usage, u.latest_event_time
      )
      INSERT INTO pipeline.quota_crossing (hour, id, usage, quota, event_time)
      SELECT used.hour, used.id, used.usage, m.quota, used.latest_event_time
      FROM used
      JOIN public.user_metadata AS m ON m.id = used.id AND used.usage > m.quota
      ORDER BY 1, 2
      ON CONFLICT (hour, id) DO NOTHING;

      INSERT INTO pipeline.dead_letter
        (topic, partition, "offset", reason, detail, record_timestamp, key, payload, payload_bytes)
      SELECT p_topic, (d.letter ->> 'partition')::integer, (d.letter ->> 'offset')::bigint, d.letter ->> 'reason',
        d.letter ->> 'detail', pipeline.utc((d.letter ->> 'timestampMs')::bigint) AT TIME ZONE 'UTC',
        k.key, k.payload, (d.letter ->> 'payloadBytes')::bigint
      FROM jsonb_array_elements(p_dead_letters) WITH ORDINALITY AS d (letter, n)
      JOIN unnest(p_keys, p_payloads) WITH ORDINALITY AS k (key, payload, n) USING (n);
    END
    $$;
  `,
};
