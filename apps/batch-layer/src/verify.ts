import { hoursBetween, type VerifiedHour, verifyHour } from '@antenna/hourly-batch';
import { loggedCommand, showProgress } from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import { databaseSettings } from '@antenna/usage-store';
import { hoursOrCertificate } from './hour-selection.ts';
import { openArchive, parquetScanner } from './open-archive.ts';
import { withHourStore } from './open-store.ts';
import { readCertificate, verifyAgainst } from './verify-against-certificate.ts';
import { refuseProblems, verificationText } from './verification-text.ts';

/** Compares the files of the archive with the manifest. */
export const verify = loggedCommand({
  name: 'verify',
  description:
    'reads the files of hours with an independent reader and compares them with the manifest, or with a certificate',
  settings: { hours: hoursOrCertificate, archive: archiveSettings, database: databaseSettings },
  async run({ hours: { range, certificateFile }, archive: archived, database }, { log, out }) {
    if (certificateFile !== undefined) {
      const certificate = await readCertificate(certificateFile);
      await verifyAgainst(certificate, await openArchive(archived, { log }), out);
      return;
    }
    await withHourStore(database, { archiveUrl: archived.url, log }, async (store) => {
      const archive = await openArchive(archived, { log });
      const ports = {
        store,
        folder: { list: (hourMs: number) => archive.listHour(hourMs) },
        scanner: parquetScanner(archive),
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
