import { type Finality, type HourLack, type HourOutcome, type HourResult, hourText } from '@antenna/hourly-batch';
import { numberText, textTable } from '@antenna/cli';
import { failureText, obstacleText } from './error-guides.ts';
import { previewText } from './preview-text.ts';

/** The report on one computed hour, without its totals, so that their memory is free before the next hour. */
export interface HourReport {
  readonly hourMs: number;
  /** One cell for each column of `HEAD`. */
  readonly cells: readonly string[];
  readonly remarks: readonly string[];
  /** The rows that a dry run would write; empty unless the run is one. */
  readonly preview: string;
  readonly failure: { readonly error: unknown } | undefined;
}

const HEAD = [
  'hour',
  'result',
  'final',
  'files',
  'MB',
  'events',
  'bytes',
  'hourly rows',
  'over quota',
  'unknown users',
  'corrected rows',
  'certificate',
];

export function hourReport(outcome: HourOutcome): HourReport {
  const { hourMs } = outcome;
  const hour = hourText(hourMs);
  if (!outcome.ok) {
    const { error } = outcome;
    const cells = HEAD.map((_, column) => [hour, 'failed'][column] ?? '');
    return { hourMs, cells, remarks: [`${hour} failed: ${failureText(error)}`], preview: '', failure: { error } };
  }
  const { result } = outcome;
  const remarks = remarksOn(result).map((remark) => `${hour} ${remark}`);
  return { hourMs, cells: [hour, ...cellsOf(result)], remarks, preview: previewText(result), failure: undefined };
}

/** The previews, a table with one line for each hour, and the remarks: which hours are not final or failed, and why. */
export function reportText(reports: readonly HourReport[]): string {
  const table = textTable(
    HEAD,
    reports.map(({ cells }) => cells),
  );
  const previews = reports.flatMap(({ preview }) => (preview === '' ? [] : [preview]));
  return [...previews, table, ...reports.flatMap(({ remarks }) => remarks)].join('\n');
}

function cellsOf(result: HourResult): string[] {
  const { outcome, finality, lack, inputs, totals, eventBytes } = result;
  const sizeBytes = inputs.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return [
    {
      written: 'written',
      previewed: 'not written',
      'no-events': lack.awaitedEvents > 0 ? 'not archived' : 'no events',
    }[outcome],
    finalityText(finality, lack),
    numberText(inputs.files.length),
    (sizeBytes / 1e6).toFixed(1),
    numberText(totals.events),
    numberText(eventBytes),
    numberText(totals.rows.length),
    ...userCells(result),
    ...recordCells(result),
  ];
}

function userCells(result: HourResult): string[] {
  if (result.outcome === 'no-events') return ['', ''];
  const users = result.outcome === 'written' ? result.committed : result.preview;
  return [numberText(users.usersOverQuota), numberText(users.usersWithoutMetadata)];
}

/** Corrected rows, and the certificate with the beginning of its hash. */
function recordCells(result: HourResult): string[] {
  if (result.outcome !== 'written') return ['', ''];
  const { correctedRows, certificate } = result.committed;
  return [
    numberText(correctedRows),
    certificate === undefined ? '' : `${certificate.number} ${certificate.hash.slice(0, 12)}`,
  ];
}

function remarksOn(result: HourResult): string[] {
  const { outcome, inputs, finality, lack } = result;
  return [
    ...(result.outcome === 'written' && result.committed.correctedRows > 0
      ? ['differs from a result that was final: batch-layer:corrections lists what changed, and why']
      : []),
    ...(outcome === 'no-events' ? ['has no events in the archive: what the tables hold was left alone'] : []),
    ...(inputs.isForeign && inputs.files.length > 0
      ? ['was computed without a manifest: Postgres knows no file of the archive']
      : []),
    ...(finality.isFinal ? [] : [`is not final: ${obstacleText(finality)}`]),
    ...lackRemarks(lack),
  ];
}

/** The finality of an hour as a table cell. */
export function finalityText({ isFinal }: Finality, { lackingRecords }: HourLack): string {
  if (!isFinal) return 'no';
  return lackingRecords === 0 ? 'yes' : `yes, lacks at most ${numberText(lackingRecords)} records`;
}

/**
 * Remarks that follow the name of an hour: the lost records that it lacks, and the late events that will make it dirty.
 */
export function lackRemarks({ lateEvents, lackingRecords }: HourLack): readonly string[] {
  return [
    ...(lackingRecords === 0
      ? []
      : [`lacks at most ${numberText(lackingRecords)} records, which were lost before they were archived`]),
    ...(lateEvents === 0
      ? []
      : [`has ${numberText(lateEvents)} late events that are counted and not archived yet: they will make it dirty`]),
  ];
}
