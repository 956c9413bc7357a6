import type { FinalityObstacle } from './finality.ts';

/** Events of the hour may still be missing from the archive. Nothing was written; the run can be repeated later. */
export class HourNotFinalError extends Error {
  readonly code = 'HOUR_NOT_FINAL';
  override readonly name = 'HourNotFinalError';

  /** The condition that the hour does not meet yet. */
  readonly obstacle: FinalityObstacle;

  constructor(hourMs: number, { obstacle, reason }: { obstacle: FinalityObstacle; reason: string }) {
    super(`hour ${hourText(hourMs)} is not final: ${reason}`);
    this.obstacle = obstacle;
  }
}

/** The listed files of the archive differ from the manifest. */
export class ArchiveListingError extends Error {
  readonly code = 'ARCHIVE_LISTING';
  override readonly name = 'ArchiveListingError';

  constructor(hourMs: number, facts: readonly string[]) {
    super(
      `the archive of hour ${hourText(hourMs)} is not what the manifest says: ${facts.join('; ')}; nothing was written`,
    );
  }
}

/** A file of the archive cannot be read, or its rows are invalid. */
export class ArchiveContentError extends Error {
  readonly code = 'ARCHIVE_CONTENT';
  override readonly name = 'ArchiveContentError';
}

/** Totals contradict each other or the manifest. They were not written. */
export class TotalsContradictionError extends Error {
  readonly code = 'TOTALS_CONTRADICTION';
  override readonly name = 'TotalsContradictionError';

  constructor(hourMs: number, facts: readonly string[]) {
    super(`the totals of hour ${hourText(hourMs)} contradict: ${facts.join('; ')}; nothing was written`);
  }
}

/**
 * The store already holds the result of a newer revision of the hour, or an erasure has rewritten files since the
 * revision was read: an older result must not replace the stored one.
 */
export class NewerResultError extends Error {
  readonly code = 'NEWER_RESULT';
  override readonly name = 'NewerResultError';
}

/** The hour is below the retention floor of hours: its result is removed, or may be at any moment. Nothing was written. */
export class HourBelowFloorError extends Error {
  readonly code = 'HOUR_BELOW_FLOOR';
  override readonly name = 'HourBelowFloorError';

  static of(hourMs: number): HourBelowFloorError {
    return new HourBelowFloorError(
      `hour ${hourText(hourMs)} is below the retention floor of hours: results before it are removed and not computed again`,
    );
  }
}

/** The compacted file or its sources contradict the manifest. Nothing was published. */
export class CompactionContradictionError extends Error {
  readonly code = 'COMPACTION_CONTRADICTION';
  override readonly name = 'CompactionContradictionError';

  constructor(hourMs: number, facts: readonly string[]) {
    super(
      `the compacted files of hour ${hourText(hourMs)} contradict the manifest: ${facts.join('; ')}; nothing was published`,
    );
  }
}

/** The archive is foreign: without a manifest, neither the files of an hour nor its finality are known. */
export class NoManifestError extends Error {
  readonly code = 'NO_MANIFEST';
  override readonly name = 'NoManifestError';

  constructor(hourMs: number) {
    super(`hour ${hourText(hourMs)} cannot be compacted: the manifest knows no file of the archive`);
  }
}

/** The file in the analytics root belongs to another archive, or other runs keep replacing it. */
export class AnalyticsConflictError extends Error {
  readonly code = 'ANALYTICS_CONFLICT';
  override readonly name = 'AnalyticsConflictError';

  constructor(hourMs: number, fact: string) {
    super(`hour ${hourText(hourMs)} was not compacted: ${fact}; nothing was replaced`);
  }
}

/** A compacted file of an hour and topic that the manifest lists no file of. */
export class UnknownCompactionError extends Error {
  readonly code = 'UNKNOWN_COMPACTION';
  override readonly name = 'UnknownCompactionError';

  constructor(hourMs: number, topic: string) {
    super(
      `hour ${hourText(hourMs)} has a compacted file of topic ${topic}, and no file in the archive: the compacted file is of ` +
        'another archive, or of a time that a restore of the database has undone',
    );
  }
}

/** An hour (UTC) in the form of command arguments: `2022-10-29T13`. */
export function hourText(hourMs: number): string {
  return new Date(hourMs).toISOString().slice(0, 'YYYY-MM-DDTHH'.length);
}
