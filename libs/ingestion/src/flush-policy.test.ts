import { isFlushDue, isFull, type Unsaved } from './flush-policy.ts';

const limits = { flushIntervalMs: 500, flushMaxEvents: 1_000_000, share: 1, mayGather: true };
const little: Unsaved = {
  records: 1_000,
  rows: 300,
  otherRows: 100,
  isInternerNearlyFull: false,
  copiedBytes: 0,
  isSecondTable: false,
  windows: 1,
  latestRows: 300,
  deadLetterBytes: 0,
  lag: 0,
  lagBefore: 0,
};
/** A backlog, in the middle of a window in which 590,000 users and antennas have had an event so far. */
const growing: Unsaved = {
  records: 900_000,
  rows: 600_000,
  otherRows: 100,
  isInternerNearlyFull: false,
  copiedBytes: 0,
  isSecondTable: false,
  windows: 2,
  latestRows: 590_000,
  deadLetterBytes: 0,
  lag: 9_000_000,
  lagBefore: 9_900_000,
};

/** How long records wait for their commit, found in steps of half a second. */
function waitOf(unsaved: Unsaved, settings = limits): number {
  let waitedMs = 0;
  while (!isFlushDue({ ...unsaved, waitedMs }, settings)) waitedMs += 500;
  return waitedMs;
}

describe('records wait for their commit', () => {
  it('for a flush interval while the worker keeps up', () => {
    expect(waitOf(little)).toBe(500);
  });

  it('for two intervals while more records wait in the topic than in memory', () => {
    expect(waitOf({ ...little, lag: 1_001 })).toBe(1_000);
    expect(waitOf({ ...little, lag: 1_000_001 })).toBe(1_000);
  });

  it('for 120 intervals while most rows of a backlog are in the window of its last event', () => {
    expect(waitOf(growing)).toBe(60_000);
  });

  it('for 120 intervals if most rows are in one window, even when less of the backlog is left than is in memory', () => {
    expect(waitOf({ ...growing, records: 6_400_000, lag: 2_000_000 })).toBe(60_000);
  });

  it('until the rest of a backlog is at most a sixty-fourth of their number', () => {
    const nearTheEnd = { ...growing, records: 640_000 };
    expect(waitOf({ ...nearTheEnd, lag: 10_001 })).toBe(60_000);
    expect(waitOf({ ...nearTheEnd, lag: 10_000 })).toBe(500);
  });

  it('until the rest of a backlog is at most a sixty-fourth of what a commit may hold, however many they are', () => {
    const nearTheEnd = { ...growing, records: 20_000_000 };
    expect(waitOf({ ...nearTheEnd, lag: 15_626 })).toBe(60_000);
    expect(waitOf({ ...nearTheEnd, lag: 15_625 })).toBe(500);
  });

  it('for one or two intervals if there was no backlog when they began to wait, whatever the lag is now', () => {
    const live = { ...growing, lagBefore: 1_000_000 };
    expect(waitOf({ ...live, lag: 900_001 })).toBe(1_000);
    expect(waitOf({ ...live, records: 6_400_000, lag: 200_000 })).toBe(500);
  });

  it('for two intervals as soon as most of the rows are in windows that are over', () => {
    expect(waitOf({ ...growing, latestRows: 299_999 })).toBe(1_000);
  });

  it('for two intervals while the rows are few', () => {
    expect(waitOf({ ...growing, rows: 99_999, latestRows: 99_000 })).toBe(1_000);
  });
});

describe('records of a window of many users', () => {
  it('wait for two intervals after a commit has taken too long', () => {
    expect(waitOf(growing, { ...limits, mayGather: false })).toBe(1_000);
  });

  it('wait for a minute at most, with a longer flush interval for two of these', () => {
    expect(waitOf(growing, { ...limits, flushIntervalMs: 4_000 })).toBe(60_000);
    expect(waitOf(growing, { ...limits, flushIntervalMs: 60_000 })).toBe(120_000);
  });
});

describe('a commit has its size', () => {
  it.each([
    ['with the maximum number of records', { ...little, records: 1_000_000 }],
    ['with the rows of a window of five million users', { ...little, rows: 5 * 2 ** 20 }],
    [
      'with 100,000 rows if the interner of the users will soon start over',
      { ...little, isInternerNearlyFull: true, rows: 100_000 },
    ],
    ['with a million rows of antennas and apps', { ...little, otherRows: 2 ** 20 }],
    [
      'with a million rows beside a commit whose users are in another table of texts',
      { ...little, isSecondTable: true, rows: 2 ** 20 },
    ],
    ['with 64 MiB of texts that were copied', { ...little, copiedBytes: 2 ** 26 }],
    ['with as many windows as there is memory for', { ...little, windows: 2 ** 16 }],
    ['with 8 MiB of dead letters', { ...little, deadLetterBytes: 8 * 2 ** 20 }],
    ['with 32 times the maximum while a window of many users is read', { ...growing, records: 32_000_000 }],
  ])('%s, and not with less', (_what, unsaved) => {
    const { records, rows, otherRows, windows, deadLetterBytes, copiedBytes } = unsaved;
    const less = {
      records: records - 1,
      rows: rows - 1,
      otherRows: otherRows - 1,
      windows: windows - 1,
      deadLetterBytes: deadLetterBytes - 1,
      copiedBytes: copiedBytes - 1,
    };
    expect(isFull(unsaved, limits)).toBe(true);
    expect(isFull({ ...unsaved, ...less }, limits)).toBe(false);
  });

  it('not before 32 times the maximum if most rows are in one window, even at the end of the topic', () => {
    expect(isFull({ ...growing, records: 31_000_000, lag: 2_900_000 }, limits)).toBe(false);
    expect(isFull({ ...growing, records: 31_000_000, lag: 0 }, limits)).toBe(false);
  });

  it('with half as much where two assignments share the memory', () => {
    const half = { ...limits, share: 0.5 };
    expect(isFull({ ...little, records: 500_000 }, half)).toBe(true);
    expect(isFull({ ...little, rows: 2.5 * 2 ** 20 }, half)).toBe(true);
    expect(isFull({ ...little, records: 499_999 }, half)).toBe(false);
  });
});
