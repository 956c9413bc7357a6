import {
  countColumn,
  formatReport,
  instantColumn,
  instantText,
  loggedCommand,
  numberText,
  outputSettings,
  plainColumn,
  type Report,
  type ReportColumns,
} from '@antenna/cli';
import { databaseSettings } from '@antenna/usage-store';
import {
  type CorrectedRow,
  type CorrectionRun,
  type CorrectionStore,
  type HourRange,
  hourText,
} from '@antenna/hourly-batch';
import { causeText } from './cause-text.ts';
import { hourRangeSettings } from './hour-selection.ts';
import { withStores } from './open-store.ts';

/** How many rows the table shows; JSON and CSV have all. */
const MOST_SHOWN = 100;

/** Lists what later runs changed in results that had been final. */
export const corrections = loggedCommand({
  name: 'corrections',
  description: 'lists the rows of final hours that later runs changed: old and new value, revisions and causes',
  settings: { hours: hourRangeSettings, output: outputSettings, database: databaseSettings },
  async run({ hours, output, database }, { log, out }) {
    await withStores(database, { archiveUrl: undefined, log }, async ({ corrections: store }) => {
      out(formatReport(await correctionsReport(store, hours, output === 'table' ? MOST_SHOWN : Infinity), output));
    });
  },
});

interface Correction extends CorrectedRow {
  readonly run: CorrectionRun;
}

async function correctionsReport(store: CorrectionStore, hours: HourRange, most: number): Promise<Report<Correction>> {
  const runs = await store.runs(hours);
  const rows: Correction[] = [];
  for (const run of runs) {
    if (rows.length >= most) break;
    for await (const row of store.rows(run.runId)) {
      if (rows.push({ ...row, run }) >= most) break;
    }
  }
  const all = runs.reduce((sum, { hourlyRows, quotaRows }) => sum + hourlyRows + quotaRows, 0);
  const rest =
    all > rows.length ? [`${numberText(rows.length)} of ${numberText(all)} rows; --output=csv lists all`] : [];
  return { columns, rows, below: [...rest, ...runs.map(runText)], empty: 'no final result of these hours was changed' };
}

const columns: ReportColumns<Correction> = {
  hour: plainColumn(({ run }) => hourText(run.hourMs)),
  corrected_at: instantColumn(({ run }) => run.correctedAtMs),
  run: plainColumn(({ run }) => run.runId),
  former_run: { value: ({ run }) => run.formerRunId },
  old_revision: { value: ({ run }) => run.oldRevision },
  new_revision: { value: ({ run }) => run.newRevision },
  was_final: { value: ({ run }) => run.wasFinal },
  type: plainColumn(({ type }) => type),
  id: plainColumn(({ id }) => id),
  old_value: countColumn(({ oldValue }) => oldValue),
  new_value: countColumn(({ newValue }) => newValue),
  difference: countColumn(({ oldValue = 0n, newValue = 0n }) => newValue - oldValue),
  old_quota: countColumn(({ oldQuota }) => oldQuota),
  new_quota: countColumn(({ newQuota }) => newQuota),
  causes: { value: ({ run }) => run.causes.map(causeText).join('; ') },
};

/** A correcting run as one line. */
function runText(run: CorrectionRun): string {
  const { hourMs, runId, formerRunId, oldRevision, newRevision, hourlyRows, quotaRows } = run;
  const causes = run.causes.length === 0 ? 'no cause is known' : run.causes.map(causeText).join('; ');
  return (
    `${hourText(hourMs)}: at ${instantText(run.correctedAtMs)} run ${runId} (revision ${newRevision}` +
    `${run.wasFinal ? '' : ', not final'}) changed ${numberText(hourlyRows)} hourly rows and ${numberText(quotaRows)} ` +
    `of users over quota that run ${formerRunId} (revision ${oldRevision}) had written: ${causes}`
  );
}
