import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '@antenna/local-stack';
import { DuckDBInstance } from '@duckdb/node-api';
import { place } from '../stack/bench-stack.ts';
import { FROM_MS, hourFolder } from '../workload/workload.ts';
import { ANTENNAS, type HourFacts, idOfAntenna, idOfUser } from './hour-truth.ts';
import { copyFile, createIds } from './hour.sql.ts';

/**
 * Writes an hour of events in the layouts of both archives without a speed layer, once for each set of facts.
 * @returns the folder of the archive.
 */
export async function hourArchive(facts: HourFacts, report: Report): Promise<string> {
  const { events, users, files } = facts;
  const archive = join(place.hours, `${events}e-${users}u-${files}f`);
  if (existsSync(archive)) return archive;
  report(`writing an hour of ${events.toLocaleString('en-US')} events in ${files} files`);
  const staging = `${archive}.tmp`;
  const folder = join(staging, hourFolder(FROM_MS));
  await rm(staging, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await write(facts, folder);
  await rename(staging, archive);
  return archive;
}

async function write(facts: HourFacts, folder: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(createIds, [jsonOf(facts.users, idOfUser), jsonOf(ANTENNAS, idOfAntenna)]);
    for (let file = 0; file < facts.files; file++) {
      await connection.run(copyFile(facts, file, join(folder, `part-${file}.parquet`)));
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function jsonOf(count: number, idOf: (index: number) => string): string {
  return JSON.stringify(Array.from({ length: count }, (_, index) => idOf(index)));
}
