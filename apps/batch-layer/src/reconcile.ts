import {
  type HoursToReconcile,
  hoursBetween,
  isReconciled,
  type ReconciledHour,
  type ReconciliationPorts,
  reconcileHours,
} from '@antenna/hourly-batch';
import {
  formatReport,
  loggedCommand,
  outputSettings,
  setting,
  settingsGroup,
  showProgress,
  yesOrNo,
} from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import { databaseSettings } from '@antenna/usage-store';
import { openArchive, parquetScanner } from './open-archive.ts';
import { hourSelection } from './hour-selection.ts';
import { withStores } from './open-store.ts';
import { reconciliationReport, refuseUnexplained } from './reconciliation-report.ts';

/** How far back `--due` compares every hour: the windows of an hour change mainly in the two days after it. */
const RECENT_MS = 48 * 3_600_000;

const fileSettings = settingsGroup({
  title: 'Files',
  fields: {
    readFiles: setting({
      name: 'read-files',
      description: 'read every file of the hours and compare its content with the manifest, not only name and size',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});

/** Explains the difference between speed and batch layer. */
export const reconcile = loggedCommand({
  name: 'reconcile',
  description: 'explains the difference between speed and batch layer of hours, to the byte, and records what is left',
  settings: {
    hours: hourSelection('the hours of the last 48 hours, and every one that changed since it was reconciled'),
    files: fileSettings,
    output: outputSettings,
    archive: archiveSettings,
    database: databaseSettings,
  },
  async run({ hours: selected, files, output, archive: archived, database }, { log, out }) {
    await withStores(database, { archiveUrl: archived.url, log }, async ({ hours: store, reconciliation }) => {
      const archive = await openArchive(archived, { log });
      const folder = { list: (hourMs: number) => archive.listHour(hourMs) };
      const ports = { store, reconciliation, folder, scanner: parquetScanner(archive) };
      const hours = selected === 'due' ? await reconciliation.dueHours(RECENT_MS) : selected;
      const reconciled = await shown(ports, hours, files.readFiles);
      out(formatReport(reconciliationReport(reconciled), output));
      refuseUnexplained(reconciled.filter((hour) => !isReconciled(hour)));
    });
  },
});

async function shown(
  ports: ReconciliationPorts,
  hours: HoursToReconcile,
  readFiles: boolean,
): Promise<readonly ReconciledHour[]> {
  const { length } = 'fromMs' in hours ? hoursBetween(hours) : hours;
  const progress = showProgress(length, 'hours');
  try {
    return await reconcileHours(ports, hours, {
      readFiles,
      onHour: () => {
        progress.advance();
      },
    });
  } finally {
    progress.stop();
  }
}
