import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Check, isProven, proofText, prove, readArchive, readDatabase, readTopicEnds } from '@antenna/demo';
import { kafkaClient } from '@antenna/event-source';
import type { Truth } from '@antenna/truth';
import { z } from 'zod';
import { ChecksFailedError } from './errors.ts';
import { forwardPort } from './port-forward.ts';

const TOPIC = 'devices';
const BUCKET = 'antenna-archive';
/** Of the local overlay, which is for nothing but one machine. */
const PASSWORD = 'local-admin';
/** The address that the local overlay's broker gives to whoever comes in by its second listener. */
const OUTSIDE = 9094;

/** Which comparisons are of interest; all of them unless given. */
export type OfInterest = (title: string) => boolean;

/**
 * Compares all that the workers have left (totals, dead letters, archive, manifest, hours) with the truth, row by row.
 * @returns how many rows were compared.
 * @throws {ChecksFailedError} with the differences.
 */
export async function requireProof(namespace: string, truth: Truth, ofInterest: OfInterest = () => true) {
  const checks = (await compared(namespace, truth)).filter(({ title }) => ofInterest(title));
  if (!isProven(checks)) throw new ChecksFailedError(proofText(checks.filter((check) => !isProven([check]))));
  const rows = checks.reduce((sum, check) => sum + check.rows, 0);
  return `${checks.length} comparisons, ${rows} rows, no difference`;
}

async function compared(namespace: string, truth: Truth): Promise<readonly Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-check-archive-'));
  const forwards = await Promise.all([
    forwardPort({ namespace, name: 'service/postgres', port: 5432 }),
    forwardPort({ namespace, name: 'service/gcs', port: 4443 }),
    forwardPort({ namespace, name: 'pod/kafka-0', port: OUTSIDE, localPort: OUTSIDE }),
  ]);
  try {
    const [postgres, gcs] = forwards;
    await copyBucket(`http://127.0.0.1:${gcs.localPort}`, folder);
    const url = `postgresql://postgres:${PASSWORD}@127.0.0.1:${postgres.localPort}/antenna`;
    const connection = { brokers: [`127.0.0.1:${OUTSIDE}`], topic: TOPIC, groupId: 'kube-check' };
    const kafka = kafkaClient({ ...connection, ssl: false, sasl: undefined }, 'kube-check', () => undefined);
    const [database, topicEnds, archive] = await Promise.all([
      readDatabase(url, TOPIC),
      readTopicEnds(kafka, TOPIC),
      readArchive(folder),
    ]);
    return prove(truth, { database, topicEnds, archive });
  } finally {
    await Promise.all(forwards.map((forward) => forward.close()));
    await rm(folder, { recursive: true });
  }
}

const listing = z.object({
  items: z.array(z.object({ name: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

async function copyBucket(server: string, folder: string): Promise<void> {
  for (const name of await objectNames(`${server}/storage/v1/b/${BUCKET}/o`)) {
    const answer = await fetch(`${server}/download/storage/v1/b/${BUCKET}/o/${encodeURIComponent(name)}?alt=media`);
    const destination = join(folder, name);
    await mkdir(dirname(destination), { recursive: true });
    await writeFile(destination, await answer.bytes());
  }
}

async function objectNames(url: string, page?: string): Promise<readonly string[]> {
  const answer = await fetch(page === undefined ? url : `${url}?pageToken=${encodeURIComponent(page)}`);
  const { items, nextPageToken } = listing.parse(await answer.json());
  const names = items.map(({ name }) => name);
  return nextPageToken === undefined ? names : [...names, ...(await objectNames(url, nextPageToken))];
}
