import {
  type Cause,
  type FileSinceRun,
  hourText,
  type ReconciledHour,
  type TypeDifference,
  unexplainedBytes,
  unexplainedSum,
} from '@antenna/hourly-batch';
import { countColumn, instantText, numberText, plainColumn, ProductError, type ReportColumns } from '@antenna/cli';

/** Bytes of a difference have no cause, or a file contradicts the manifest. */
class UnexplainedDifferenceError extends ProductError {
  readonly code = 'UNEXPLAINED_DIFFERENCE';
}

interface Row {
  readonly hour: ReconciledHour;
  readonly type: TypeDifference;
}

const CAUSE_TEXTS: Readonly<Record<Cause, (bytes: string, hour: ReconciledHour) => string>> = {
  countedNotArchived: (bytes) => `+${bytes} counted, not archived yet`,
  archivedNotCounted: (bytes) => `-${bytes} archived, not counted yet`,
  archivedSinceRun: (bytes, { filesSinceRun }) => `+${bytes} archived since the last run (${filesText(filesSinceRun)})`,
  belowFloor: (bytes) => `${bytes} below the retention floor`,
  acknowledged: (bytes) => `${bytes} acknowledged as lost by one sink`,
  foreignArchive: (bytes) => `${bytes} of a foreign archive`,
};

const columns: ReportColumns<Row> = {
  hour: plainColumn(({ hour }) => hourText(hour.hourMs)),
  type: plainColumn(({ type }) => type.type),
  speed: countColumn(({ type }) => type.speed),
  batch: countColumn(({ type }) => type.batch),
  difference: countColumn(({ type }) => type.speed - type.batch),
  causes: { cell: ({ hour, type }) => causesText(hour, type) },
  counted_not_archived: { value: ({ type }) => type.causes.countedNotArchived },
  archived_not_counted: { value: ({ type }) => type.causes.archivedNotCounted },
  archived_since_run: { value: ({ type }) => type.causes.archivedSinceRun },
  files_since_run: { value: ({ hour }) => hour.filesSinceRun.length },
  below_floor: { value: ({ type }) => type.causes.belowFloor },
  acknowledged: { value: ({ type }) => type.causes.acknowledged },
  foreign_archive: { value: ({ type }) => type.causes.foreignArchive },
  unexplained: countColumn(({ type }) => unexplainedSum(type)),
  unexplained_speed: { value: ({ type }) => type.unexplained.speed },
  unexplained_archive: { value: ({ type }) => type.unexplained.archive },
  unexplained_batch: { value: ({ type }) => type.unexplained.batch },
  file_problems: { value: ({ hour }) => hour.problems.length },
};

/** A row for each hour and type; below the table the files since the runs, and every problem. */
export function reconciliationReport(hours: readonly ReconciledHour[]) {
  return {
    columns,
    rows: hours.flatMap((hour) => hour.types.map((type) => ({ hour, type }))),
    below: [...hours.flatMap(filesSinceRun), ...hours.flatMap(problemTexts)],
    empty: 'no hour of the range was counted, archived or computed, and the tables have no row of one',
  };
}

/** @throws {UnexplainedDifferenceError} naming the hours, if there are any. */
export function refuseUnexplained(hours: readonly ReconciledHour[]): void {
  if (hours.length === 0) return;
  const problems = hours.flatMap(problemTexts);
  const more = problems.length > MOST_NAMED ? `; and ${problems.length - MOST_NAMED} more` : '';
  throw new UnexplainedDifferenceError(
    `speed and batch layer cannot be reconciled in ${hours.length} hours: ${problems.slice(0, MOST_NAMED).join('; ')}${more}; ` +
      'a row or a file was changed by something other than the workers, or the product has a defect: change nothing by ' +
      'hand, and see the runbook, UnexplainedDifference',
  );
}

const MOST_NAMED = 10;

function causesText(hour: ReconciledHour, { causes }: TypeDifference): string {
  const texts = Object.entries(CAUSE_TEXTS).flatMap(([cause, text]) => {
    const bytes = causes[cause as Cause];
    return bytes === 0n ? [] : [text(numberText(bytes), hour)];
  });
  return texts.length === 0 ? 'none' : texts.join('; ');
}

function filesText(files: readonly FileSinceRun[]): string {
  return files.length === 1 ? '1 file' : `${numberText(files.length)} files`;
}

function filesSinceRun({ hourMs, filesSinceRun: files }: ReconciledHour): string[] {
  const named = files
    .slice(0, MOST_NAMED)
    .map(
      ({ path, rows, eventBytes, archivedAtMs }) =>
        `${hourText(hourMs)}: ${path} was archived at ${instantText(archivedAtMs)}, after the last run: ` +
        `${numberText(rows)} events, ${numberText(eventBytes)} bytes`,
    );
  const more = files.length - named.length;
  return more > 0 ? [...named, `${hourText(hourMs)}: and ${numberText(more)} more files since the last run`] : named;
}

function problemTexts({ hourMs, types, problems }: ReconciledHour): string[] {
  const hour = hourText(hourMs);
  return [
    ...types.flatMap((type) => (unexplainedBytes(type) === 0n ? [] : unexplainedTexts(hour, type))),
    ...problems.map(({ path, problem }) => `${hour}: ${path} ${problem}`),
  ];
}

function unexplainedTexts(hour: string, { type, unexplained }: TypeDifference): string[] {
  const facts: readonly (readonly [bigint, string])[] = [
    [unexplained.speed, 'more bytes in public.bytes than were counted'],
    [unexplained.archive, 'more bytes counted than archived, without a cause'],
    [unexplained.batch, 'more bytes in the input files of the last run than in public.bytes_hourly'],
  ];
  return facts.flatMap(([bytes, fact]) => (bytes === 0n ? [] : [`${hour}, ${type}: ${numberText(bytes)} ${fact}`]));
}
