import { createHash } from 'node:crypto';
import type { Fingerprint, SourceRecord } from './ports.ts';

/** Tells a record from any other that could stand at its offset: 128 bits over its timestamp, key and value. */
export function fingerprintOf(record: SourceRecord): Fingerprint {
  const hash = createHash('sha256').update(`${record.timestampMs}|${record.key?.length ?? -1}|`);
  if (record.key !== null) hash.update(record.key);
  if (record.value !== null) hash.update(record.value);
  return { offset: record.offset, hash: hash.digest('hex').slice(0, 32) };
}
