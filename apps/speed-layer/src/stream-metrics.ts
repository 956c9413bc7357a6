import type { Logger } from '@antenna/telemetry';
import type { PartitionProgress, StreamProgress } from '@antenna/usage-store';
import { Gauge, type Registry } from 'prom-client';
import { followDatabase } from './follow-database.ts';
import { ReconciliationMetrics } from './reconciliation-metrics.ts';

/**
 * The progress of the whole stream as noted in the database, for the partitions of all workers. Every worker shows the
 * same values: aggregate them by minimum or maximum, not by sum.
 */
export class StreamMetrics {
  readonly #lagRecords: Gauge<'sink'>;
  readonly #archivedUntil: Gauge;
  readonly #reconciliation: ReconciliationMetrics;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#lagRecords = new Gauge({
      name: 'speed_layer_stream_lag_records',
      help: 'Records of the topic that a sink has not saved, as noted in the database; no series while the number is unknown',
      labelNames: ['sink'],
      registers,
    });
    this.#archivedUntil = new Gauge({
      name: 'speed_layer_archived_until_timestamp_seconds',
      help: 'Time up to which the archive has all records that had arrived, of the partition furthest behind; 0 before the first',
      registers,
    });
    // A gauge starts at 0, which would be a wrong value here.
    this.#archivedUntil.remove();
    this.#reconciliation = new ReconciliationMetrics(registry);
  }

  /** Shows the progress as the database has it, again and again. @returns a function that ends this. */
  follow(progress: Pick<StreamProgress, 'partitions' | 'reconciliation'>, log: Logger): () => void {
    const look = async () => {
      this.show(await progress.partitions());
      this.#reconciliation.show(await progress.reconciliation());
    };
    return followDatabase(look, (error) => {
      log.debug('could not read the progress of the stream', { error });
    });
  }

  show(partitions: readonly PartitionProgress[]): void {
    for (const sink of ['totals', 'archive'] as const) {
      const lags = partitions.filter(({ offsets }) => offsets[sink] !== undefined).map(({ lag }) => lag[sink]);
      const known = lags.filter((lag) => lag !== undefined);
      // The sum over some of the partitions would be too low.
      if (known.length < lags.length) this.#lagRecords.remove({ sink });
      else if (lags.length > 0)
        this.#lagRecords.set(
          { sink },
          known.reduce((total, lag) => total + lag, 0),
        );
    }
    // Without an archive sink no hour waits for the archive.
    if (partitions.every(({ offsets }) => offsets.archive === undefined)) return;
    this.#archivedUntil.set(Math.min(...partitions.map(({ archivedUntilMs }) => archivedUntilMs ?? 0)) / 1000);
  }
}
