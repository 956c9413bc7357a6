import { createHash } from 'node:crypto';
import type { SourceRecord } from './ports/index.ts';

/** The last record that was seen below a position. */
export interface Fingerprint {
  readonly offset: number;
  readonly hash: string;
}

/** Tells a record from any other that could stand at its offset: 128 bits over its timestamp, key and value. */
export function fingerprintOf(record: SourceRecord): Fingerprint {
  const { offset, timestampMs, key, value } = record;
  const hash = createHash('sha256').update(`${timestampMs}|${key?.length ?? -1}|${value?.length ?? -1}|`);
  if (key !== null) hash.update(key);
  if (value !== null) hash.update(value);
  return { offset, hash: hash.digest('hex').slice(0, 32) };
}
