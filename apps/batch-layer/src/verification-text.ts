import { hourText, type VerifiedHour } from '@antenna/hourly-batch';
import { numberText, ProductError, textTable } from '@antenna/cli';

/** Files of the archive contradict the manifest. */
class ArchiveDiffersError extends ProductError {
  readonly code = 'ARCHIVE_DIFFERS';
}

/** The manifest lists no file for any of the selected hours: there was nothing to verify. */
class NothingToVerifyError extends ProductError {
  readonly code = 'NOTHING_TO_VERIFY';
}

/** A table with one line for each hour, then every problem. */
export function verificationText(hours: readonly VerifiedHour[]): string {
  const problems = hours.flatMap((hour) => hour.problems.map(({ path, problem }) => `${path} ${problem}`));
  return [textTable(['hour', 'files', 'rows', 'bytes', 'verdict'], hours.map(cells)), ...problems].join('\n');
}

/**
 * @throws {ArchiveDiffersError} with the number of problems and their hours.
 * @throws {NothingToVerifyError} when none of the hours is known.
 */
export function refuseProblems(hours: readonly VerifiedHour[]): void {
  const [first] = hours;
  if (first !== undefined && hours.every(({ isKnown }) => !isKnown)) {
    const others = hours.length > 1 ? ` and ${hours.length - 1} more` : '';
    throw new NothingToVerifyError(
      `nothing was verified: no event of hour ${hourText(first.hourMs)}${others} was ever archived, and the archive has ` +
        'no file of it; batch-layer:status lists the hours that are known; check the date and ARCHIVE_URL',
    );
  }
  const wrong = hours.filter(({ problems }) => problems.length > 0);
  if (wrong.length === 0) return;
  const problems = wrong.reduce((sum, hour) => sum + hour.problems.length, 0);
  const named = wrong.map(({ hourMs }) => hourText(hourMs)).join(', ');
  throw new ArchiveDiffersError(`the archive differs from the manifest in ${problems} places, in hours ${named}`);
}

function cells(hour: VerifiedHour): string[] {
  const { hourMs, files } = hour;
  return [
    hourText(hourMs),
    numberText(files.length),
    numberText(files.reduce((sum, { rows }) => sum + rows, 0)),
    numberText(files.reduce((sum, { eventBytes }) => sum + eventBytes, 0n)),
    verdict(hour),
  ];
}

function verdict({ isKnown, isForeign, problems }: VerifiedHour): string {
  if (!isKnown) return 'not known';
  if (isForeign) return 'no manifest';
  return problems.length === 0 ? 'as listed' : `${problems.length} problems`;
}
