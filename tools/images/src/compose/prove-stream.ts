import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Check, isProven, prove, readArchive, readDatabase, readTopicEnds } from '@antenna/demo';
import { kafkaClient } from '@antenna/event-source';
import type { Truth } from '@antenna/truth';
import { copyBucket } from './archive-copy.ts';
import type { Patience } from './patience.ts';

/** Where the services of a project answer on this machine. */
export interface Addresses {
  readonly databaseUrl: string;
  readonly brokers: string;
  readonly gcs: string;
}

const TOPIC = 'devices';
const BUCKET = 'antenna-archive';
const POLL_MS = 2_000;

/**
 * Compares all that the workers left with the truth, again and again until it is proven: they take their time.
 * @param folder for copies; it may be written to.
 * @returns what was compared last, proven or not.
 */
export async function proveWithin(
  { deadlineMs, signal }: Patience,
  truth: Truth,
  addresses: Addresses,
  folder: string,
): Promise<Check[]> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const checks = await proveOnce(truth, addresses, folder);
    if (isProven(checks) || performance.now() > end) return checks;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function proveOnce(truth: Truth, { databaseUrl, brokers, gcs }: Addresses, folder: string): Promise<Check[]> {
  const copy = join(folder, 'archive');
  const connection = { brokers: brokers.split(','), topic: TOPIC, groupId: 'images-check' };
  const kafka = kafkaClient({ ...connection, ssl: false, sasl: undefined }, 'images-check', () => undefined);
  const [database, topicEnds] = await Promise.all([
    readDatabase(databaseUrl, TOPIC),
    readTopicEnds(kafka, TOPIC),
    copyBucket(gcs, BUCKET, copy),
  ]);
  // DuckDB does not like a folder without a file.
  if (database.manifest.length === 0) return prove(truth, { database, topicEnds, archive: nothing });
  return prove(truth, { database, topicEnds, archive: await readArchive(copy) });
}

const nothing = { files: [], records: [], hours: [] };
