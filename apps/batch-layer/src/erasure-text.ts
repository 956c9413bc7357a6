import { type ErasureResult, hourText } from '@antenna/hourly-batch';
import { numberText, textTable } from '@antenna/cli';
import { failureText } from './error-guides.ts';
import { refuseFailures } from './hours-failed-error.ts';

/** What an erasure has removed, and what is left to do. It names no user. */
export function erasureText(result: ErasureResult): string {
  const { searchedFiles, rewrittenFiles, events, hours, records, failures } = result;
  const rows = [
    ['files of the archive that were searched', numberText(searchedFiles)],
    ['files that were rewritten', numberText(rewrittenFiles)],
    ['events that lost their id', numberText(events)],
    ['hours whose totals lost the user', numberText(hours)],
    ...(records === undefined
      ? []
      : [
          ['rows of user_metadata', records.hadMetadata ? '1' : '0'],
          ['quota events', numberText(records.quotaEvents)],
          ['dead letters that named the user', numberText(records.deadLetters)],
          ['rows of corrections', numberText(records.corrections)],
        ]),
  ];
  return [
    textTable(['erased', 'number'], rows),
    ...failures.map(({ hourMs, error }) => `${hourText(hourMs)} failed: ${failureText(error)}`),
    ...nextSteps(result),
  ].join('\n');
}

function nextSteps({ rewrittenFiles, hours, records }: ErasureResult): readonly string[] {
  if (records === undefined) {
    return ['the user is not erased: metadata and other records stay until every hour is done; run it again'];
  }
  if (rewrittenFiles + hours === 0) return ['no file and no total has the user'];
  return [
    'next: batch-layer:run --due makes new results and certificates of the hours, and batch-layer:compact new compacted files',
    'Kafka, backups, replaced objects under soft delete and consumers of quota events keep the user until they expire',
  ];
}

/** @throws {HoursFailedError} when some hours were not erased. */
export function refuseFailedHours({ searchedHours, failures }: ErasureResult): void {
  const failureOf = new Map(failures.map((failure) => [failure.hourMs, failure]));
  refuseFailures(
    searchedHours.map((hourMs) => ({ hourMs, failure: failureOf.get(hourMs) })),
    'erased',
  );
}
