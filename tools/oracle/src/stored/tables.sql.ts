/** A table of totals before an instant; the time in milliseconds, the value as text, which a double would round. */
const totals = (table: 'bytes' | 'bytes_hourly') => `
  SELECT extract(epoch FROM "timestamp")::float8 * 1000 AS "timestampMs", type, id, value::text AS value
  FROM public.${table}
  WHERE "timestamp" < $1::timestamp
  ORDER BY "timestamp", type, id`;

export const selectTotals = { bytes: totals('bytes'), bytes_hourly: totals('bytes_hourly') } as const;

export const selectDays = `
  SELECT extract(epoch FROM day)::float8 * 1000 AS "timestampMs", type, id, value::text AS value
  FROM pipeline.usage_daily`;

export const selectUserHours = `
  SELECT extract(epoch FROM hour)::float8 * 1000 AS "timestampMs", 'user_total_bytes' AS type, id, usage::text AS value
  FROM pipeline.user_hour_usage`;

/**
 * By time and type what `RowsDigest` has: the first 15 hexadecimal digits of an MD5 are a number of 60 bits. The time in
 * milliseconds, numbers that may exceed a double as texts.
 */
const digests = (rows: string) => `
  SELECT extract(epoch FROM "timestamp")::float8 * 1000 AS "timestampMs", type, count(*)::float8 AS rows,
    sum(value)::text AS sum, sum(('x' || left(md5(id || ' ' || value), 15))::bit(60)::bigint)::text AS checksum
  FROM ${rows}
  WHERE "timestamp" < $1::timestamp
  GROUP BY "timestamp", type`;

export const digestWindows = digests('public.bytes');

export const digestUserHours = digests(`(
    SELECT hour AS "timestamp", 'user_total_bytes' AS type, id, usage AS value
    FROM pipeline.user_hour_usage
  ) AS usage`);

export const selectOverQuota = `
  SELECT extract(epoch FROM "timestamp")::float8 * 1000 AS "timestampMs", email, usage::text AS usage, quota::text AS quota
  FROM public.user_quota_limit
  ORDER BY "timestamp", email`;

export const selectUsers = `
  SELECT id, name, email, quota::text AS quota
  FROM public.user_metadata
  ORDER BY id`;

export const selectDeadLetters = `
  SELECT partition, "offset"::float8 AS "offset", reason
  FROM pipeline.dead_letter
  WHERE $1::text IS NULL OR topic = $1`;

export const selectDeadLetterRanges = `
  SELECT partition, reason, first_offset::float8 AS "firstOffset", last_offset::float8 AS "lastOffset",
    records::float8 AS records
  FROM pipeline.dead_letter_range
  WHERE $1::text IS NULL OR topic = $1`;

export const selectManifest = `
  SELECT topic, path, row_count::text AS rows, size_bytes::float8 AS "sizeBytes", checksum
  FROM pipeline.archive_file
  WHERE $1::text IS NULL OR topic = $1`;

export const selectOpenIntents = `
  SELECT partition, start_offset::float8 AS "offset"
  FROM pipeline.archive_intent
  WHERE $1::text IS NULL OR topic = $1`;

/** Of each hour and type, the bytes of the difference between the layers that no cause explains; 0 in each row. */
export const selectReconciliation = `
  SELECT to_char(hour, 'YYYY-MM-DD"T"HH24') AS hour, type,
    (abs(unexplained_speed) + abs(unexplained_archive) + abs(unexplained_batch))::text AS unexplained
  FROM pipeline.reconciliation
  ORDER BY hour, type`;

/** The certificates, without those of results from which a person was erased later: the certified rows are gone. */
export const selectCertificates = `
  SELECT number::float8 AS number, extract(epoch FROM hour)::float8 * 1000 AS "hourMs", run_id::float8 AS "runId", content
  FROM pipeline.certificate AS c
  WHERE NOT EXISTS (
    SELECT FROM pipeline.hour AS h JOIN pipeline.batch_run AS r ON r.id = c.run_id
    WHERE h.hour = c.hour AND h.erased_revision > r.revision)
  ORDER BY number`;

export const selectCorrections = `
  SELECT extract(epoch FROM r.hour)::float8 * 1000 AS "hourMs", run_id::float8 AS "runId", c.type, c.id,
    c.old_value::text AS "oldValue", c.new_value::text AS "newValue", c.old_quota::text AS "oldQuota",
    c.new_quota::text AS "newQuota"
  FROM pipeline.hour_correction AS c
  JOIN pipeline.hour_correction_run AS r USING (run_id)`;

export const selectPositions = `
  SELECT partition, next_offset::float8 AS "offset"
  FROM pipeline.position
  WHERE sink = $1
  ORDER BY partition`;

/** Each offset below the positions of the totals that was not given up. */
export const selectCountedOffsets = `
  SELECT p.partition, o::float8 AS "offset"
  FROM pipeline.position AS p CROSS JOIN LATERAL generate_series(0, p.next_offset - 1) AS o
  WHERE p.sink = 'totals' AND NOT EXISTS (
    SELECT FROM pipeline.acknowledged_gap AS g
    WHERE g.sink = p.sink AND g.partition = p.partition AND o >= g.from_offset AND o < g.to_offset)`;

export const selectGaps = `
  SELECT sink, partition, from_offset::float8 AS "from", to_offset::float8 AS "to"
  FROM pipeline.acknowledged_gap
  WHERE $1::text IS NULL OR topic = $1
  ORDER BY id`;

export const selectTruncations = `
  SELECT partition, generation, from_offset::float8 AS "from", coalesce(totals_end, 0)::float8 AS "totalsEnd",
    coalesce(archive_end, 0)::float8 AS "archiveEnd"
  FROM pipeline.acknowledged_truncation
  WHERE $1::text IS NULL OR topic = $1`;

export const selectReplays = `
  SELECT partition, "offset"::float8 AS "offset", new_offset::float8 AS "newOffset"
  FROM pipeline.dead_letter_replay
  WHERE outcome IS DISTINCT FROM 'refused' AND ($1::text IS NULL OR topic = $1)
  ORDER BY partition, "offset"`;

/** The floors of retention, in milliseconds since 1970; null while a floor was never raised. */
export const selectFloors = `
  SELECT kind, CASE WHEN isfinite(floor) THEN extract(epoch FROM floor)::float8 * 1000 END AS "floorMs"
  FROM pipeline.retention_floor`;

/** By hour, the bytes of the removed rows of bytes, and of the events that came below the floor of windows later. */
export const selectKeptBytes = `
  SELECT to_char(hour, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS hour, sum(event_bytes)::text AS bytes, sum(events)::float8 AS "ledgerEvents"
  FROM (
    SELECT hour, event_bytes, 0 AS events FROM pipeline.removed_hour WHERE kind = 'windows'
    UNION ALL
    SELECT hour, event_bytes, events FROM pipeline.ledger_hour
  ) AS kept
  GROUP BY hour`;

/** By hour, the bytes of the removed rows of bytes_hourly. */
export const selectRemovedHours = `
  SELECT to_char(hour, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS hour, event_bytes::text AS bytes
  FROM pipeline.removed_hour
  WHERE kind = 'hours'`;

/** The files that the last run of each hour before an instant has read. */
export const selectLastInputs = `
  SELECT file ->> 'path' AS path
  FROM (
    SELECT DISTINCT ON (hour) input_files FROM pipeline.batch_run
    WHERE hour < $1::timestamp
    ORDER BY hour, revision DESC, id DESC
  ) AS last CROSS JOIN jsonb_array_elements(input_files) AS file`;

export const selectFaults = `
  SELECT partition, code
  FROM pipeline.partition_fault`;

export const selectQuotaEvents = `
  SELECT id, sequence, to_char(hour, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS hour, state, usage, quota
  FROM pipeline.quota_event
  ORDER BY id, sequence`;

export const selectQuotaHours = `
  SELECT id, to_char(hour, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS hour, coalesce(u.usage, 0) AS counted,
    coalesce(b.value, 0) AS computed, m.quota, coalesce(r.was_final, false) AS "isFinal"
  FROM pipeline.user_hour_usage AS u
  FULL JOIN (
    SELECT "timestamp" AS hour, id, value FROM public.bytes_hourly WHERE type = 'user_total_bytes'
  ) AS b USING (hour, id)
  JOIN public.user_metadata AS m USING (id)
  LEFT JOIN LATERAL (
    SELECT l.was_final FROM pipeline.batch_run AS l WHERE l.hour = coalesce(u.hour, b.hour) ORDER BY l.id DESC LIMIT 1
  ) AS r ON true
  WHERE m.quota IS NOT NULL
  ORDER BY 2, 1`;
