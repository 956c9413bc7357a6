import type { ReconciliationStatus } from '@antenna/usage-store';
import { Gauge, type Registry } from 'prom-client';

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
