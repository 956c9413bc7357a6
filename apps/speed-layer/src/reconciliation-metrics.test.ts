import { createMetrics } from '@antenna/telemetry';
import { ReconciliationMetrics } from './reconciliation-metrics.ts';

async function shown(status: Parameters<ReconciliationMetrics['show']>[0]): Promise<readonly string[]> {
  const registry = createMetrics();
  new ReconciliationMetrics(registry).show(status);
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the metrics of the reconciliation', () => {
  it('have no series before the first reconciliation, since 0 would say that all is in order', async () => {
    expect(await shown(undefined)).toEqual([]);
  });

  it('show the unexplained bytes, the problems of files, and the time of the last reconciliation', async () => {
    expect(await shown({ unexplainedBytes: 15, fileProblems: 2, reconciledAtSeconds: 1_700_000_000.5 })).toEqual([
      'speed_layer_unexplained_bytes 15',
      'speed_layer_archive_problems 2',
      'speed_layer_reconciled_timestamp_seconds 1700000000.5',
    ]);
  });
});
