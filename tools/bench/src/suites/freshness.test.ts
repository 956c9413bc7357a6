import { delaysOf, shortCourse, windowCourse } from './freshness.ts';

const noon = Date.UTC(2026, 0, 15, 12);

describe('a course', () => {
  // 12:00:00 ── 12:00:10 ├── measured ──┤ 12:01:10
  it('measures once the rate is steady', () => {
    expect(shortCourse(noon, 60)).toEqual({
      sendFromMs: noon,
      sendToMs: noon + 70_000,
      measured: [noon + 10_000, noon + 70_000],
    });
  });

  // 12:01 ── 12:04:50 ─ 12:05 ├── measured ──┤ 12:10 ── watermark ── 12:11:40
  it('of a window measures all of it and waits for its watermark', () => {
    expect(windowCourse(noon + 60_000)).toEqual({
      sendFromMs: noon + 290_000,
      sendToMs: noon + 700_000,
      measured: [noon + 300_000, noon + 600_000],
    });
  });

  it('of a window takes the next one when there is no time to warm up', () => {
    expect(windowCourse(noon - 9_000).measured[0]).toBe(noon + 300_000);
  });
});

const sent = new Map([
  ['early', 900],
  ['first', 1_000],
  ['second', 1_500],
  ['lost', 1_600],
  ['late', 2_000],
]);
const committed = new Map([
  ['early', 5_000],
  ['first', 1_250],
  ['second', 2_600],
  ['late', 9_000],
]);

describe('the delays of probes', () => {
  it('are the times from sending to commit, of those sent while it was measured', () => {
    expect(delaysOf(sent, committed, [1_000, 2_000]).ms).toEqual([250, 1_100]);
  });

  it('tell how many never came, which no quantile would', () => {
    expect(delaysOf(sent, committed, [1_000, 2_000]).missing).toBe(1);
  });
});
