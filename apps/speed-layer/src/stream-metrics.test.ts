import { createMetrics } from '@antenna/telemetry';
import type { PartitionProgress } from '@antenna/usage-store';
import { ReconciliationMetrics, StreamMetrics } from './stream-metrics.ts';

function aPartition({ totals = 0, archive = 0, archivedUntilMs }: Lags = {}): PartitionProgress {
  const lag = { totals, archive };
  const rest = {
    endOffset: 100,
    owner: 'me',
    isIdle: false,
    movedAtMs: 0,
    notedAtMs: 0,
    greatestEventTimeMs: 0,
    watermarkMs: 0,
  };
  return { partition: 0, offsets: { totals: 1, archive: 1 }, lag, archivedUntilMs, openIntent: undefined, ...rest };
}

interface Lags {
  readonly totals?: number;
  readonly archive?: number;
  readonly archivedUntilMs?: number;
}

async function shown(...partitions: PartitionProgress[]): Promise<readonly string[]> {
  const registry = createMetrics();
  new StreamMetrics(registry).show(partitions);
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the metrics of the stream', () => {
  it('have no series before the first partition is claimed', async () => {
    expect(await shown()).toEqual([]);
  });

  it('sum the lag, and show the archive time of the partition furthest behind', async () => {
    const ahead = aPartition({ totals: 3, archive: 20, archivedUntilMs: 90_000 });
    const behind = aPartition({ totals: 4, archive: 30, archivedUntilMs: 60_000 });
    expect(await shown(ahead, behind)).toEqual([
      'speed_layer_stream_lag_records{sink="totals"} 7',
      'speed_layer_stream_lag_records{sink="archive"} 50',
      'speed_layer_archived_until_timestamp_seconds 60',
    ]);
  });

  it('have no series for the lag, rather than too low a value, once the end of one partition is unknown', async () => {
    const registry = createMetrics();
    const metrics = new StreamMetrics(registry);
    const unknown = { ...aPartition(), partition: 1, lag: { totals: undefined, archive: undefined } };
    metrics.show([aPartition({ totals: 3 }), { ...aPartition({ totals: 4 }), partition: 1 }]);
    expect(await registry.metrics()).toContain('speed_layer_stream_lag_records{sink="totals"} 7');
    metrics.show([aPartition({ totals: 3 }), unknown]);
    expect(await registry.metrics()).not.toContain('speed_layer_stream_lag_records{');
  });

  it('include a partition that was never archived', async () => {
    const [, , until] = await shown(aPartition({ archivedUntilMs: 90_000 }), aPartition());
    expect(until).toBe('speed_layer_archived_until_timestamp_seconds 0');
  });

  it('have no series for the archive when the database has no archive sink', async () => {
    const { lag, ...partition } = aPartition({ totals: 3 });
    const totalsOnly = {
      ...partition,
      lag: { ...lag, archive: undefined },
      offsets: { totals: 1, archive: undefined },
    };
    expect(await shown(totalsOnly)).toEqual(['speed_layer_stream_lag_records{sink="totals"} 3']);
  });
});

async function shownReconciliation(status: Parameters<ReconciliationMetrics['show']>[0]): Promise<readonly string[]> {
  const registry = createMetrics();
  new ReconciliationMetrics(registry).show(status);
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the metrics of the reconciliation', () => {
  it('have no series before the first reconciliation, since 0 would say that all is in order', async () => {
    expect(await shownReconciliation(undefined)).toEqual([]);
  });

  it('show the unexplained bytes, the problems of files, and the time of the last reconciliation', async () => {
    expect(
      await shownReconciliation({ unexplainedBytes: 15, fileProblems: 2, reconciledAtSeconds: 1_700_000_000.5 }),
    ).toEqual([
      'speed_layer_unexplained_bytes 15',
      'speed_layer_archive_problems 2',
      'speed_layer_reconciled_timestamp_seconds 1700000000.5',
    ]);
  });
});
