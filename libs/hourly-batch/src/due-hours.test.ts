import { dueHours, hoursBetween, isDirty } from './due-hours.ts';
import type { HourStatus } from './ports.ts';
import { aPartition, HOUR } from './testing/an-hour.ts';

const anHourMs = 3_600_000;
const run = { wasFinal: true, events: 1, finishedAtMs: HOUR };

function status(hourMs: number, revision: number, runOfRevision?: number): HourStatus {
  const lastRun = runOfRevision === undefined ? undefined : { ...run, revision: runOfRevision };
  const lack = { awaitedEvents: 0, lateEvents: 0, lackingRecords: 0 };
  const rest = { unexplainedBytes: 0n, fileProblems: 0, isBelowFloor: false };
  return { hourMs, revision, files: 1, events: 1, lastRun, ...lack, ...rest };
}

describe('an hour', () => {
  it.each([
    ['is dirty when it was archived and never computed', status(HOUR, 1), true],
    ['is dirty when it has changed since it was computed', status(HOUR, 3, 2), true],
    ['is not dirty when it was computed from its current revision', status(HOUR, 3, 3), false],
    ['is not dirty when it was computed from a foreign archive', status(HOUR, 0, 0), false],
    ['is not dirty below the retention floor', { ...status(HOUR, 3, 2), isBelowFloor: true }, false],
  ])('%s', (_, hour, dirty) => {
    expect(isDirty(hour)).toBe(dirty);
  });
});

describe('at 15:20', () => {
  const nowMs = HOUR + 2 * anHourMs + 20 * 60_000;
  const partitions = [aPartition()];
  const due = (hours: readonly HourStatus[], requireFinal = false) =>
    dueHours(
      { nowMs, hours, partitions, floors: { windowsMs: undefined, hoursMs: undefined } },
      { requireFinal, allowedLatenessMs: 60_000 },
    );

  it('the previous hour is due, even if the store does not know it', () => {
    expect(due([])).toEqual([HOUR + anHourMs]);
  });

  it('every dirty hour is due, the newest first', () => {
    const hours = [status(HOUR - 48 * anHourMs, 2, 1), status(HOUR, 1, 1), status(HOUR + anHourMs, 1)];
    expect(due(hours)).toEqual([HOUR + anHourMs, HOUR - 48 * anHourMs]);
  });

  it('an hour that has become final since it was computed is due, and one that is not final yet is not', () => {
    const computedBeforeFinal = (hourMs: number): HourStatus => ({
      ...status(hourMs, 1, 1),
      lastRun: { ...run, revision: 1, wasFinal: false },
    });
    expect(due([HOUR, HOUR + 2 * anHourMs].map(computedBeforeFinal))).toEqual([HOUR + anHourMs, HOUR]);
  });

  it('an hour below the retention floor is not due, whether it has changed or has become final', () => {
    const finalSince = { ...status(HOUR, 1, 1), lastRun: { ...run, revision: 1, wasFinal: false } };
    const hours = [status(HOUR - 48 * anHourMs, 2, 1), finalSince].map((hour) => ({ ...hour, isBelowFloor: true }));
    expect(due(hours)).toEqual([HOUR + anHourMs]);
  });

  it('the hour in progress is due when it is dirty, unless only final hours are required', () => {
    const hours = [status(HOUR + 2 * anHourMs, 5)];
    expect(due(hours)).toEqual([HOUR + 2 * anHourMs, HOUR + anHourMs]);
    expect(due(hours, true)).toEqual([HOUR + anHourMs]);
  });
});

it('a range of hours includes its first hour and excludes the hour at its end', () => {
  expect(hoursBetween({ fromMs: HOUR, toMs: HOUR + 2 * anHourMs })).toEqual([HOUR, HOUR + anHourMs]);
});
