import { REJECTION_REASONS } from '@antenna/event-schema';
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { Truth } from './truth.ts';

/** Rows as pairs and not as an object, in which an id called `__proto__` would get lost. Values as texts: JSON has no 64 bits. */
const keyedRows = z.array(z.tuple([z.string(), z.string().regex(/^\d+$/).transform(BigInt)]));

const truthJson = z.strictObject({
  events: z.int().nonnegative(),
  deadLetters: z.array(z.tuple([z.enum(REJECTION_REASONS), z.int().nonnegative()])),
  hours: keyedRows,
  windows: keyedRows,
});

/** Writes the truth as JSON: how many events, dead letters by reason, and the rows by key, sorted, a line each. */
export async function writeTruthFile(path: string, truth: Truth): Promise<void> {
  const lines = [
    `{"events":${truth.events},`,
    `"deadLetters":${listed(Array.from(truth.deadLetters()))},`,
    `"hours":${listed(asTexts(truth.hours()))},`,
    `"windows":${listed(asTexts(truth.windows()))}}`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
}

function asTexts(rows: ReadonlyMap<string, bigint>): [string, string][] {
  return Array.from(rows, ([key, value]) => [key, value.toString()]);
}

function listed(pairs: [string, string | number][]): string {
  const sorted = pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return `[${sorted.map((pair) => JSON.stringify(pair)).join(',\n')}]`;
}

/** @throws {Error} when the file is missing or is no truth; it names what is wrong. */
export async function readTruthFile(path: string): Promise<Truth> {
  return new Truth(truthJson.parse(JSON.parse(await readFile(path, 'utf8'))));
}
