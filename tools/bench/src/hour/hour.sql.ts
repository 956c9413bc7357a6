import { ANTENNAS, APPS, FACTORS, HOUR_MS, type HourFacts, MAX_BYTES } from './hour-truth.ts';

/** As `choice` computes it. */
const choice = (factor: number, count: number): string =>
  `(((i * ${factor}) % 4294967296) / 4294967296.0::DOUBLE * ${count})::DOUBLE`;

const index = (factor: number, count: number): string => `floor(${choice(factor, count)})::INTEGER + 1`;

/** Makes lists of ids, from two JSON arrays of texts. */
export const createIds = `
  CREATE TABLE ids AS
  SELECT from_json($1, '["VARCHAR"]') AS users, from_json($2, '["VARCHAR"]') AS antennas`;

/**
 * Writes one of the files of an hour: its share of the events, in the order of their times.
 * @param path without quotes in it.
 */
export function copyFile({ events, users, files }: HourFacts, file: number, path: string): string {
  const [from, to] = [file, file + 1].map((part) => Math.floor((events * part) / files));
  return `
    COPY (
      SELECT
        make_timestamp(1768435200000000 + i * ${HOUR_MS} // ${events} * 1000) AS "timestamp",
        users[${index(FACTORS.user, users)}] AS id,
        antennas[${index(FACTORS.antenna, ANTENNAS)}] AS antenna_id,
        floor(${choice(FACTORS.bytes, MAX_BYTES)})::BIGINT AS bytes,
        [${APPS.map((app) => `'${app}'`).join(', ')}][${index(FACTORS.app, APPS.length)}] AS app
      FROM range(${from ?? 0}, ${to ?? 0}) AS events (i), ids
    ) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`;
}
