import { setInterval } from 'node:timers';
import type { Logger } from '@antenna/telemetry';
import type { PartitionProgress, StreamProgress } from '@antenna/usage-store';
import { Gauge, type Registry } from 'prom-client';

/** How often the database is asked: no scrape waits for it. */
const LOOK_MS = 10_000;

/**
 * How far the stream has come according to the database, for all partitions, whoever holds them. Every worker shows the
 * same: take the minimum or maximum over the workers, not the sum.
 */
export class StreamMetrics {
  readonly #lagRecords: Gauge<'sink'>;
  readonly #archivedUntil: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#lagRecords = new Gauge({
      name: 'speed_layer_stream_lag_records',
      help: 'Records of the topic that a sink has not saved, as noted in the database; no series while that is not known',
      labelNames: ['sink'],
      registers,
    });
    this.#archivedUntil = new Gauge({
      name: 'speed_layer_archived_until_timestamp_seconds',
      help: 'Time until which all that had arrived is in the archive, of the partition furthest behind; 0 for never',
      registers,
    });
    // A gauge begins at 0, which would be a claim.
    this.#archivedUntil.remove();
  }

  /** Asks now and then until it is told to stop. What cannot be had keeps its last value, which grows old. */
  follow(progress: Pick<StreamProgress, 'partitions'>, log: Logger): () => void {
    const look = () =>
      progress.partitions().then(
        (partitions) => {
          this.show(partitions);
        },
        (error: unknown) => {
          log.debug('could not read how far the stream has come', { error });
        },
      );
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => {
      clearInterval(timer);
    };
  }

  show(partitions: readonly PartitionProgress[]): void {
    for (const sink of ['totals', 'archive'] as const) {
      const lags = partitions.filter(({ offsets }) => offsets[sink] !== undefined).map(({ lag }) => lag[sink]);
      const known = lags.filter((lag) => lag !== undefined);
      // What is known of some partitions alone would be too little.
      if (known.length < lags.length) this.#lagRecords.remove({ sink });
      else if (lags.length > 0)
        this.#lagRecords.set(
          { sink },
          known.reduce((total, lag) => total + lag, 0),
        );
    }
    // Without an archive there is no hour to wait for.
    if (partitions.every(({ offsets }) => offsets.archive === undefined)) return;
    this.#archivedUntil.set(Math.min(...partitions.map(({ archivedUntilMs }) => archivedUntilMs ?? 0)) / 1000);
  }
}
