import { createMetrics } from '@antenna/telemetry';
import { IngestionMetrics } from './ingestion-metrics.ts';

function aWorkersMetrics() {
  const clock = { ms: 0 };
  const registry = createMetrics();
  const metrics = new IngestionMetrics(registry, () => clock.ms);
  const lags = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('speed_layer_lag_records'));
  return { clock, metrics, lags };
}

describe('the lag of a partition', () => {
  it('is the last reading, taken with a batch or without one', async () => {
    const { metrics, lags } = aWorkersMetrics();
    metrics.observe({ kind: 'batch', partition: 3, records: 2, lagRecords: 7 });
    expect(await lags()).toEqual(['speed_layer_lag_records{partition="3"} 7']);
    metrics.observe({ kind: 'lag', partition: 3, lagRecords: 12 });
    expect(await lags()).toEqual(['speed_layer_lag_records{partition="3"} 12']);
  });

  it('has no series, not even 0, once the end of the partition cannot be read', async () => {
    const { metrics, lags } = aWorkersMetrics();
    metrics.observe({ kind: 'batch', partition: 0, records: 2, lagRecords: 0 });
    metrics.observe({ kind: 'batch', partition: 1, records: 2, lagRecords: 0 });
    metrics.observe({ kind: 'lag', partition: 1, lagRecords: undefined });
    expect(await lags()).toEqual(['speed_layer_lag_records{partition="0"} 0']);
  });

  it('has no series when it was not read for 30 s', async () => {
    const { clock, metrics, lags } = aWorkersMetrics();
    metrics.observe({ kind: 'lag', partition: 0, lagRecords: 0 });
    clock.ms = 29_999;
    expect(await lags()).toHaveLength(1);
    clock.ms = 30_000;
    expect(await lags()).toEqual([]);
  });

  it('is reset when partitions are reassigned', async () => {
    const { metrics, lags } = aWorkersMetrics();
    metrics.observe({ kind: 'lag', partition: 0, lagRecords: 5 });
    metrics.observe({ kind: 'claimed', partitions: [1] });
    expect(await lags()).toEqual([]);
  });
});

describe('the committed offset of a partition', () => {
  const noRows = { users: [], antennas: [], apps: [], length: 0 };

  function aCommit(partition: number, to: number) {
    const move = { partition, epoch: 1, from: 0, to, fingerprint: undefined, greatestEventTimeMs: undefined };
    const lateness = { buckets: [], sumMs: 0, antennas: [] };
    const commit = { moves: [move], totals: noRows, lateness, deadLetters: [], deadLetterRanges: [] };
    return { kind: 'committed', commit, events: 0, eventBytes: 0n, durationMs: 1 } as unknown as Parameters<
      IngestionMetrics['observe']
    >[0];
  }

  it('is the end of the last commit, and is reset when partitions are reassigned', async () => {
    const registry = createMetrics();
    const metrics = new IngestionMetrics(registry, () => 0);
    const offsets = async () =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith('speed_layer_committed_offset'));
    metrics.observe(aCommit(3, 4_812));
    metrics.observe(aCommit(3, 9_377));
    expect(await offsets()).toEqual(['speed_layer_committed_offset{partition="3"} 9377']);
    metrics.observe({ kind: 'claimed', partitions: [1] });
    expect(await offsets()).toEqual([]);
  });
});
