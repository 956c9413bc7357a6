import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { noResults, type Results } from './results.ts';

/** Reads what an earlier run of this program wrote. */
export async function readResults(path: string): Promise<Results> {
  if (!existsSync(path)) return noResults;
  return JSON.parse(await readFile(path, 'utf8')) as Results;
}

/** Appears whole or not at all. */
export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(results, undefined, 2)}\n`);
  await rename(`${path}.tmp`, path);
}
