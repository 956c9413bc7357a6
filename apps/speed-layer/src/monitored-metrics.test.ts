import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createMetrics } from '@antenna/telemetry';
import { parse } from 'yaml';
import { IngestionMetrics } from './ingestion-metrics.ts';
import { QuotaMetrics } from './quota-metrics.ts';
import { StreamMetrics } from './stream-metrics.ts';

const monitoring = resolve(import.meta.dirname, '..', '..', '..', 'deploy', 'components', 'monitoring');

/** Metrics of kube-state-metrics and KEDA. */
const ofOthers = /^(kube|keda)_/;

/** Every PromQL expression of a file, whether its field is `expr` or one of a test. */
function expressionsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'expr' && typeof item === 'string' ? [item] : expressionsIn(item),
  );
}

const LABELS = new Set(['database_id', 'job_name']);

/**
 * The metrics of an expression: words with an underscore, except quoted ones, functions and recording rules (with a
 * colon).
 */
function metricsIn(expression: string): readonly string[] {
  const bare = expression.replaceAll(/"[^"]*"|\$\w+|\w+:[\w:]+/g, '');
  const words = bare.matchAll(/\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b(?!\s*[=(!])/g);
  return Array.from(words, ([, name = '']) => name).filter((name) => !LABELS.has(name));
}

async function exported(): Promise<ReadonlySet<string>> {
  const registry = createMetrics({ processMetrics: true });
  new IngestionMetrics(registry, () => 0);
  new StreamMetrics(registry);
  new QuotaMetrics(registry);
  const metrics = await registry.getMetricsAsJSON();
  registry.clear();
  return new Set(
    metrics.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    ),
  );
}

describe.each(['alerts.yaml', 'grafana-workers.json', 'grafana-platform.json'])('every metric in %s', (file) => {
  // JSON is valid YAML.
  const expressions = expressionsIn(parse(readFileSync(join(monitoring, file), 'utf8')));
  const asked = [...new Set(expressions.flatMap(metricsIn))];

  it('is exported by the workers, Kubernetes or KEDA', async () => {
    const known = await exported();
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !known.has(name) && !ofOthers.test(name))).toEqual([]);
  });
});
