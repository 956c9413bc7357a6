import { join } from 'node:path';
import { kafkaClient } from '@antenna/event-source';
import type { Truth } from '@antenna/truth';
import { copyBucket } from '../results/copy-bucket.ts';
import { readArchive } from '../results/read-archive.ts';
import { readDatabase } from '../results/read-database.ts';
import { readTopicEnds } from '../results/read-results.ts';
import type { Check } from './check.ts';
import { prove } from './prove.ts';

/** Where the services of a deployment answer on this machine. */
export interface ServiceAddresses {
  readonly databaseUrl: string;
  readonly brokers: string;
  /** The server that stands in for Google Cloud Storage. */
  readonly gcs: string;
}

const TOPIC = 'devices';
const BUCKET = 'antenna-archive';

/**
 * Compares all that the workers of a deployment have left there with the truth: totals, dead letters, archive,
 * manifest, hours.
 * @param folder for a copy of the archive; it may be written to.
 */
export async function proveServices(
  truth: Truth,
  { databaseUrl, brokers, gcs }: ServiceAddresses,
  folder: string,
): Promise<Check[]> {
  const copy = join(folder, 'archive');
  const connection = { brokers: brokers.split(','), topic: TOPIC, groupId: 'proof' };
  const [database, topicEnds] = await Promise.all([
    readDatabase(databaseUrl, TOPIC),
    readTopicEnds(
      kafkaClient({ ...connection, ssl: false, sasl: undefined }, 'proof', () => undefined),
      TOPIC,
    ),
    copyBucket(gcs, BUCKET, copy),
  ]);
  // DuckDB does not like a folder without a file.
  const isEmpty = database.manifest.length === 0;
  return prove(truth, { database, topicEnds, archive: isEmpty ? nothing : await readArchive(copy) });
}

const nothing = { files: [], records: [], hours: [] };
