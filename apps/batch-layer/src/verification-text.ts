import { hourText, type VerifiedHour } from '@antenna/hourly-batch';
import { ProductError } from '@antenna/settings';
import { textTable } from './text-table.ts';
import { numberText } from './texts.ts';

/** The archive is not what the manifest says. */
class ArchiveDiffersError extends ProductError {
  readonly code = 'ARCHIVE_DIFFERS';
}

/** What was read, hour by hour, then everything that is wrong. */
export function verificationText(hours: readonly VerifiedHour[]): string {
  const problems = hours.flatMap((hour) => hour.problems.map(({ path, problem }) => `${path} ${problem}`));
  return [textTable(['hour', 'files', 'rows', 'bytes', 'verdict'], hours.map(cells)), ...problems].join('\n');
}

/** @throws {ArchiveDiffersError} naming how much is wrong. */
export function refuseProblems(hours: readonly VerifiedHour[]): void {
  const wrong = hours.filter(({ problems }) => problems.length > 0);
  if (wrong.length === 0) return;
  const problems = wrong.reduce((sum, hour) => sum + hour.problems.length, 0);
  const named = wrong.map(({ hourMs }) => hourText(hourMs)).join(', ');
  throw new ArchiveDiffersError(`the archive differs from the manifest in ${problems} places, in hours ${named}`);
}

function cells({ hourMs, isForeign, files, problems }: VerifiedHour): string[] {
  return [
    hourText(hourMs),
    numberText(files.length),
    numberText(files.reduce((sum, { rows }) => sum + rows, 0)),
    numberText(files.reduce((sum, { eventBytes }) => sum + eventBytes, 0n)),
    isForeign ? 'no manifest' : problems.length === 0 ? 'as listed' : `${problems.length} problems`,
  ];
}
