import { join } from 'node:path';
import { freePortNumbers, reportToStderr, startGcs } from '@antenna/local-stack';
import { withTables } from '@antenna/oracle';
import { createBucket, type Environment, TcpProxy } from '@antenna/test-kit';
import type { RunPlace } from '../stack/run-place.ts';
import { LoadFailedError } from './event-block.ts';
import { type Overload, overload, type OverloadResult } from './overload.ts';

export interface BrokenClocks extends Omit<Overload, 'environment'> {
  /** How long the store of the archive takes for a response, at least. */
  readonly storeMs: number;
  /** `ARCHIVE_ROLL_INTERVAL_MS` of the worker. */
  readonly rollMs: number;
}

export interface BrokenClocksResult extends OverloadResult {
  /** Number of files in the manifest at the end. */
  readonly files: number;
}

/**
 * Lets one worker serve a stream of which some events bear random times of three years, so that almost each of these
 * events becomes a file. The store is a server that speaks the protocol of Google Cloud Storage and answers slowly.
 * @throws {LoadFailedError} when the worker fails or the archive falls behind.
 * @throws {NotProvenError} when a row is wrong.
 */
export function brokenClocks(at: RunPlace, options: BrokenClocks): Promise<BrokenClocksResult> {
  return withSlowStore(at, options.storeMs, async (archive) => {
    const environment = { ...archive, ARCHIVE_ROLL_INTERVAL_MS: String(options.rollMs) };
    const result = await overload(at, { ...options, environment });
    const files = await withTables(at.databaseUrl, async (tables) => (await tables.manifest()).length);
    requireArchived(result, options);
    return { ...result, files };
  });
}

/** Starts the store and its slow network for `work`, which receives the settings of the archive. */
async function withSlowStore<T>(at: RunPlace, storeMs: number, work: (archive: Environment) => Promise<T>): Promise<T> {
  const [port = 0] = await freePortNumbers(1);
  const store = await startGcs({ home: join(at.scratch, 'store'), port, report: reportToStderr });
  const proxy = await TcpProxy.start(port);
  try {
    await createBucket(store.address, at.groupId);
    // A request and its response both pass through the proxy.
    proxy.slowDown(storeMs / 2);
    const endpoint = `http://127.0.0.1:${proxy.port}`;
    return await work({ ARCHIVE_URL: `gs://${at.groupId}`, STORAGE_EMULATOR_HOST: endpoint });
  } finally {
    await proxy.stop();
    await store.stop('immediate');
  }
}

/** The archive may lack the events of two roll intervals: one whose chunk is being read, and one being written. */
function requireArchived({ counted, archived, periods }: OverloadResult, { rollMs, durationMs }: BrokenClocks): void {
  const eventsOfAnInterval = (counted / durationMs) * rollMs;
  const lag = periods.at(-1)?.lagRecords ?? 0;
  if (counted - archived > 2 * eventsOfAnInterval) {
    throw new LoadFailedError(`the archive falls behind: it lacks ${counted - archived} of ${counted} events`);
  }
  if (lag > eventsOfAnInterval) throw new LoadFailedError(`the worker falls behind: ${lag} records at the end`);
}
