import { ArchiveError, ArchiveReader, type ArchiveSettings } from '@antenna/event-archive';
import type { Logger } from '@antenna/telemetry';
import { Patience } from '@antenna/usage-store';
import pRetry from 'p-retry';
import { eventsIn } from '@antenna/archive-format';
import type { FileScanner } from '@antenna/hourly-batch';

export interface ArchivePatience {
  readonly log: Logger;
  /** How long to try, in milliseconds; 20,000 by default. */
  readonly waitMs?: number;
}

/**
 * Opens the archive and checks that it exists and answers. A transient failure is retried: while opening for `waitMs`,
 * afterwards by `Patience`. A missing folder or bucket is refused at once.
 * @throws {ArchiveError} the last failure, with the number of attempts.
 */
export async function openArchive(
  { location, emulatorUrl }: ArchiveSettings,
  { log, waitMs = 20_000 }: ArchivePatience,
): Promise<ArchiveReader> {
  const patience = new Patience({ service: 'the archive', log, isPassing });
  const archive = await ArchiveReader.open(location, { emulatorUrl, retry: (operation) => patience.retry(operation) });
  const startedAt = performance.now();
  let attempts = 0;
  try {
    await pRetry(() => archive.check(), {
      retries: Infinity,
      minTimeout: 500,
      maxTimeout: 5_000,
      maxRetryTime: waitMs,
      shouldRetry: ({ error }) => isPassing(error),
      onFailedAttempt: ({ error, attemptNumber, retryDelay }) => {
        attempts = attemptNumber;
        if (!isPassing(error)) return;
        log.warn('the archive does not answer yet', { attempt: attemptNumber, retryDelay, reason: error.message });
      },
    });
    return archive;
  } catch (error) {
    if (!(error instanceof ArchiveError) || attempts < 2) throw error;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    throw new ArchiveError(error.code, `${error.message} (${attempts} attempts in ${seconds} s)`, { cause: error });
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ArchiveError && error.retryable;
}

/** Reads archived files with the independent Parquet reader. */
export function parquetScanner(archive: ArchiveReader): FileScanner {
  return {
    async scan({ path }, each) {
      const { file, rows } = await archive.read(path);
      for (const event of eventsIn(rows)) each(event);
      return file;
    },
  };
}
