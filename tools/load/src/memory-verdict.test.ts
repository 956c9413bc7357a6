import { judge } from './memory-verdict.ts';

const minutes = (...peaks: number[]) =>
  peaks.map((peakMiB, minute) => ({ peakMiB, lagRecords: minute * 1_000, events: 1 }));

describe('the verdict on memory under overload', () => {
  it('is good while it is flat and below its bound', () => {
    expect(() => {
      judge(minutes(300, 500, 510, 500, 505, 512), 1_024);
    }).not.toThrow();
  });

  it('is bad when it grows', () => {
    expect(() => {
      judge(minutes(300, 400, 500, 600, 700, 800), 1_024);
    }).toThrow('memory grows: 600 MiB, later 800 MiB');
  });

  it('is bad above the bound', () => {
    expect(() => {
      judge(minutes(500, 1_100, 500), 1_024);
    }).toThrow('1100 MiB, more than 1024');
  });

  it('is none when the worker kept pace', () => {
    const periods = minutes(500, 500, 500).map((period) => ({ ...period, lagRecords: 0 }));
    expect(() => {
      judge(periods, 1_024);
    }).toThrow('kept pace');
  });
});
