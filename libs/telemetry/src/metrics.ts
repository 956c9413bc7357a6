import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * A registry of its own: it exposes only the metrics that are registered with it.
 * @param options.processMetrics adds memory, CPU, event-loop delay and garbage collection of this process.
 */
export function createMetrics({ processMetrics = false }: { readonly processMetrics?: boolean } = {}): Registry {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  return registry;
}
