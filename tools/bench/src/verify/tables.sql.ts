/** Rows before an instant, which leaves out the closing markers; the time in milliseconds, the value as text. */
const totals = (table: 'bytes' | 'bytes_hourly'): string => `
  SELECT extract(epoch FROM "timestamp")::float8 * 1000 AS "timestampMs", type, id, value::text
  FROM ${table}
  WHERE "timestamp" < ?::timestamp`;

export const selectWindows = totals('bytes');

export const selectHours = totals('bytes_hourly');

export const selectOverQuota = `
  SELECT extract(epoch FROM "timestamp")::float8 * 1000 AS "timestampMs", email, usage::text, quota::text
  FROM user_quota_limit`;
