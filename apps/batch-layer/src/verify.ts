import type { ArchiveReader } from '@antenna/event-archive';
import { type FileScanner, hoursBetween, type VerifiedHour, verifyHour } from '@antenna/hourly-batch';
import { archiveSettings, databaseSettings, loggedCommand } from '@antenna/cli';
import { hourRangeSettings } from './hour-selection.ts';
import { openArchive } from './open-archive.ts';
import { withHourStore } from './open-store.ts';
import { showProgress } from './progress.ts';
import { refuseProblems, verificationText } from './verification-text.ts';

/** Compares the files of the archive with the manifest. */
export const verify = loggedCommand({
  name: 'verify',
  description: 'reads the files of hours with an independent reader and compares them with the manifest',
  settings: { hours: hourRangeSettings, archive: archiveSettings, database: databaseSettings },
  async run({ hours: range, archive: archived, database }, { log, out }) {
    await withHourStore(database, { archiveUrl: archived.url, log }, async (store) => {
      const archive = await openArchive(archived, { log });
      const ports = {
        store,
        folder: { list: (hourMs: number) => archive.listHour(hourMs) },
        scanner: scanner(archive),
      };
      const hours = hoursBetween(range);
      const progress = showProgress(hours.length, 'hours');
      const verified: VerifiedHour[] = [];
      try {
        for (const hourMs of hours) {
          verified.push(await verifyHour(ports, hourMs));
          progress.advance();
        }
      } finally {
        progress.stop();
      }
      out(`${verificationText(verified)}\n`);
      refuseProblems(verified);
    });
  },
});

function scanner(archive: ArchiveReader): FileScanner {
  return {
    async scan({ path }, each) {
      const { file, rows } = await archive.read(path);
      const { partition } = rows;
      for (let row = 0; row < rows.rows; row += 1) {
        const [eventTimeMs = NaN, bytes = NaN, offset = NaN] = [
          rows.eventTimeMs[row],
          rows.bytes[row],
          rows.offset[row],
        ];
        each({ eventTimeMs, bytes, partition, offset });
      }
      return file;
    },
  };
}
