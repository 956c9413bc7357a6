import { setInterval } from 'node:timers';
import type { Logger } from '@antenna/telemetry';
import type { PartitionProgress, ReconciliationStatus, StreamProgress } from '@antenna/usage-store';
import { Gauge, type Registry } from 'prom-client';

/** How often the database is queried for metrics. Scrapes show the last answer, so that none waits for the database. */
const LOOK_MS = 10_000;

/**
 * Queries the database every 10 s. After a failed query the metrics keep their last values.
 * @param look queries the database and shows the answer in the metrics.
 * @returns a function that stops the queries.
 */
export function followDatabase(look: () => Promise<void>, onFailure: (error: unknown) => void): () => void {
  const lookOnce = () => void look().catch(onFailure);
  lookOnce();
  const timer = setInterval(lookOnce, LOOK_MS);
  return () => {
    clearInterval(timer);
  };
}

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

/**
 * What the last reconciliations of the hours found, as recorded in the database by batch-layer:reconcile, which does
 * not live long enough to be scraped. Every worker shows the same values: aggregate them by maximum, not by sum.
 */
export class ReconciliationMetrics {
  readonly #unexplained: Gauge;
  readonly #problems: Gauge;
  readonly #reconciledAt: Gauge;

  constructor(registry: Registry) {
    const gauge = (name: string, help: string) => {
      const created = new Gauge({ name, help, registers: [registry] });
      // A gauge starts at 0, which would say that all is in order before anything was compared.
      created.remove();
      return created;
    };
    this.#unexplained = gauge(
      'speed_layer_unexplained_bytes',
      'Bytes by which speed and batch layer differ without a cause, over all hours; no series before the first reconciliation',
    );
    this.#problems = gauge(
      'speed_layer_archive_problems',
      'Files of the archive that contradict the manifest, as of the last reconciliation of their hours',
    );
    this.#reconciledAt = gauge(
      'speed_layer_reconciled_timestamp_seconds',
      'Time of the last reconciliation of speed and batch layer',
    );
  }

  show(status: ReconciliationStatus | undefined): void {
    if (status === undefined) return;
    this.#unexplained.set(status.unexplainedBytes);
    this.#problems.set(status.fileProblems);
    this.#reconciledAt.set(status.reconciledAtSeconds);
  }
}
