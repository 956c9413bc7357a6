import { requireFlatMemory } from './overload.ts';

const minutes = (...peaks: number[]) =>
  peaks.map((peakMiB, minute) => ({ peakMiB, lagRecords: minute * 1_000, events: 1 }));

describe('the bound on the memory of an overloaded worker', () => {
  it('is kept by memory that is flat and below it', () => {
    expect(() => {
      requireFlatMemory(minutes(300, 500, 510, 500, 505, 512), 1_024);
    }).not.toThrow();
  });

  it('is broken by memory that grows', () => {
    expect(() => {
      requireFlatMemory(minutes(300, 400, 500, 600, 700, 800), 1_024);
    }).toThrow('memory grows: 600 MiB, later 800 MiB');
  });

  it('is broken by one period above it', () => {
    expect(() => {
      requireFlatMemory(minutes(500, 1_100, 500), 1_024);
    }).toThrow('1100 MiB, more than 1024');
  });

  it('proves nothing when the worker kept pace', () => {
    const periods = minutes(500, 500, 500).map((period) => ({ ...period, lagRecords: 0 }));
    expect(() => {
      requireFlatMemory(periods, 1_024);
    }).toThrow('kept pace');
  });
});
