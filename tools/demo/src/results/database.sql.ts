/** Rows of a table of totals; the time in milliseconds, the value as text, as JSON has no 64 bits. */
const totals = (table: 'bytes' | 'bytes_hourly') => `
  SELECT extract(epoch FROM "timestamp")::float8 * 1000 AS "timestampMs", type, id, value::text
  FROM public.${table}
  ORDER BY "timestamp", type, id`;

export const selectWindows = totals('bytes');

export const selectHours = totals('bytes_hourly');

export const selectOverQuota = `
  SELECT extract(epoch FROM "timestamp")::float8 * 1000 AS "timestampMs", email, usage::text, quota::text
  FROM public.user_quota_limit
  ORDER BY "timestamp", email`;

export const selectUsers = `
  SELECT id, name, email, quota::text
  FROM public.user_metadata
  ORDER BY id`;

export const selectDeadLetters = `
  SELECT partition, "offset"::float8 AS "offset", reason
  FROM pipeline.dead_letter
  WHERE topic = ?`;

export const selectDeadLetterRanges = `
  SELECT partition, reason, first_offset::float8 AS "firstOffset", last_offset::float8 AS "lastOffset",
    records::float8 AS records
  FROM pipeline.dead_letter_range
  WHERE topic = ?`;

export const selectManifest = `
  SELECT path, row_count::text AS rows
  FROM pipeline.archive_file
  WHERE topic = ?`;

export const selectOpenIntents = `
  SELECT partition, start_offset::float8 AS "offset"
  FROM pipeline.archive_intent
  WHERE topic = ?`;
