import { delaysOf } from './delays.ts';

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
