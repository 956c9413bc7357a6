import type { HourCommit, HourRow } from '@antenna/hourly-batch';

/** 2022-10-29T13:00:00Z */
export const HOUR = Date.UTC(2022, 9, 29, 13);

/** A result of HOUR that is not final and has no input file. The rows are sorted as those of an engine. */
export function anHourResult(rows: readonly HourRow[], overrides: Partial<HourCommit> = {}): HourCommit {
  return {
    rows: rows.toSorted(byTypeAndId),
    events: rows.length,
    offsets: undefined,
    hourMs: HOUR,
    revision: 0,
    wasFinal: false,
    engine: 'test',
    files: [],
    eventBytes: 0n,
    startedAtMs: HOUR,
    ...overrides,
  };
}

function byTypeAndId(left: HourRow, right: HourRow): number {
  if (left.type !== right.type) return left.type < right.type ? -1 : 1;
  return Buffer.compare(Buffer.from(left.id), Buffer.from(right.id));
}
