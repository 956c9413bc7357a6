import type { FinalityObstacle } from './finality.ts';
import { hourText } from './hour-text.ts';

/** The hour may still get events that are on their way. Nothing was written; to be tried again later. */
export class HourNotFinalError extends Error {
  readonly code = 'HOUR_NOT_FINAL';
  override readonly name = 'HourNotFinalError';

  /** What the hour waits for. */
  readonly obstacle: FinalityObstacle;

  constructor(hourMs: number, { obstacle, reason }: { obstacle: FinalityObstacle; reason: string }) {
    super(`hour ${hourText(hourMs)} is not final: ${reason}`);
    this.obstacle = obstacle;
  }
}

/** The files of the archive are not those of the manifest. */
export class ArchiveListingError extends Error {
  readonly code = 'ARCHIVE_LISTING';
  override readonly name = 'ArchiveListingError';

  constructor(hourMs: number, facts: readonly string[]) {
    super(
      `the archive of hour ${hourText(hourMs)} is not what the manifest says: ${facts.join('; ')}; nothing was written`,
    );
  }
}

/** A file of the archive cannot be what it claims to be. */
export class ArchiveContentError extends Error {
  readonly code = 'ARCHIVE_CONTENT';
  override readonly name = 'ArchiveContentError';
}

/** Totals that contradict each other or the manifest must not be written. */
export class TotalsContradictionError extends Error {
  readonly code = 'TOTALS_CONTRADICTION';
  override readonly name = 'TotalsContradictionError';

  constructor(hourMs: number, facts: readonly string[]) {
    super(`the totals of hour ${hourText(hourMs)} contradict: ${facts.join('; ')}; nothing was written`);
  }
}

/** The result of a newer revision of the hour is there already: ours would go back in time. */
export class NewerResultError extends Error {
  readonly code = 'NEWER_RESULT';
  override readonly name = 'NewerResultError';
}

/** The compacted file is not what the manifest says. Nothing was published. */
export class CompactionContradictionError extends Error {
  readonly code = 'COMPACTION_CONTRADICTION';
  override readonly name = 'CompactionContradictionError';

  constructor(hourMs: number, facts: readonly string[]) {
    super(
      `the compacted files of hour ${hourText(hourMs)} contradict the manifest: ${facts.join('; ')}; nothing was published`,
    );
  }
}

/** The archive was written by others: nothing tells which of its files belong to an hour, nor when it is final. */
export class NoManifestError extends Error {
  readonly code = 'NO_MANIFEST';
  override readonly name = 'NoManifestError';

  constructor(hourMs: number) {
    super(`hour ${hourText(hourMs)} cannot be compacted: the manifest knows no file of the archive`);
  }
}

/** The place for analysts belongs to somebody else, or is fought for. */
export class AnalyticsConflictError extends Error {
  readonly code = 'ANALYTICS_CONFLICT';
  override readonly name = 'AnalyticsConflictError';

  constructor(hourMs: number, fact: string) {
    super(`hour ${hourText(hourMs)} was not compacted: ${fact}; nothing was replaced`);
  }
}
