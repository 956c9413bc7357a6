import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RowsDigest } from '@antenna/oracle';
import * as z from 'zod';

/** What the drain of a topic of subscribers has to leave: digests, since the rows are too many to keep. */
export interface SubscriberTruth {
  readonly events: number;
  /** Of `bytes`. */
  readonly windows: readonly RowsDigest[];
  /** Of the archive. */
  readonly hours: readonly RowsDigest[];
}

/** Texts: JSON has no 64 bits. */
const bigint = z.string().regex(/^\d+$/).transform(BigInt);
const digests = z.array(
  z.strictObject({ timestampMs: z.int(), type: z.string(), rows: z.int(), sum: bigint, checksum: bigint }),
);
const truthJson = z.strictObject({ events: z.int(), windows: digests, hours: digests });

/** @returns undefined when there is no such file. */
export async function readSubscriberTruth(path: string): Promise<SubscriberTruth | undefined> {
  if (!existsSync(path)) return undefined;
  return truthJson.parse(JSON.parse(await readFile(path, 'utf8')));
}

export async function writeSubscriberTruth(path: string, truth: SubscriberTruth): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const texts = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
  await writeFile(path, `${JSON.stringify(truth, texts, 2)}\n`);
}
