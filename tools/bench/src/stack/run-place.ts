import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { place } from '../place.ts';
import type { BenchStack } from './bench-stack.ts';
import { dropDatabase, freshDatabase } from './database.ts';

/** Where one run of one contestant works: nobody else does. */
export interface RunPlace {
  readonly databaseUrl: string;
  readonly brokers: string;
  readonly groupId: string;
  /** The folder of the Parquet files. */
  readonly archive: string;
  /** A folder for anything else. */
  readonly scratch: string;
}

let runs = 0;

/** Makes a place for `work`, and clears it away. */
export async function inRunPlace<T>(stack: BenchStack, work: (at: RunPlace) => Promise<T>): Promise<T> {
  const name = `bench_${process.pid}_${++runs}`;
  const folder = join(place.runs, name);
  const scratch = join(folder, 'scratch');
  await mkdir(scratch, { recursive: true });
  const databaseUrl = await freshDatabase(stack.postgresUrl, name);
  try {
    return await work({
      databaseUrl,
      brokers: stack.brokers,
      groupId: name,
      archive: join(folder, 'archive'),
      scratch,
    });
  } finally {
    await dropDatabase(stack.postgresUrl, name);
    await rm(folder, { recursive: true, force: true });
  }
}
