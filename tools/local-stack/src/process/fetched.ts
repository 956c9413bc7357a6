import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../checkout.ts';

/**
 * A folder of the cache, filled by `fetch` unless it is there. It appears whole or not at all; of two that fetch at
 * once, one is kept.
 */
export async function fetched(name: string, fetch: (folder: string) => Promise<unknown>): Promise<string> {
  const target = join(cacheFolder, name);
  if (existsSync(target)) return target;
  const staging = `${target}.${process.pid}.tmp`;
  await mkdir(staging, { recursive: true });
  try {
    await fetch(staging);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
