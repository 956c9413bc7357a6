import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type InNamespace, KubectlFailedError } from './kubectl.ts';

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.object({
        phase: z.string(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
        containerStatuses: z.array(z.object({ restartCount: z.int() })).default([]),
      }),
    }),
  ),
});

/** A pod of the speed layer that is not about to end. */
export interface Pod {
  readonly name: string;
  readonly isReady: boolean;
  /** How often a container of it was started again. */
  readonly restarts: number;
}

/** The speed layer's pods that are not about to end. */
export async function podsOf(ns: InNamespace): Promise<readonly Pod[]> {
  const list = await ns(['get', 'pods', '--selector=app.kubernetes.io/name=speed-layer', '--output=json']);
  return podList
    .parse(JSON.parse(list))
    .items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, status }) => ({
      name: metadata.name,
      isReady: status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true,
      restarts: status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    }));
}

/** Names of the speed layer's pods that are ready and are not about to end. */
export async function readyPods(ns: InNamespace): Promise<readonly string[]> {
  return (await podsOf(ns)).filter(({ isReady }) => isReady).map(({ name }) => name);
}

/** Waits until so many pods are ready, none of which is one of `gone`. @returns their names. */
export async function awaitReadyPods(ns: InNamespace, count: number, gone: readonly string[] = []) {
  const end = performance.now() + 600_000;
  for (;;) {
    const names = await readyPods(ns);
    if (names.length === count && !names.some((name) => gone.includes(name))) return names;
    if (performance.now() > end) {
      const found = await ns(['get', 'pods']);
      throw new KubectlFailedError(`there are not ${count} pods of the speed layer ready:\n${found}`);
    }
    await delay(500);
  }
}

/** What a pod shows at /metrics. */
export function metricsOf(ns: InNamespace, namespace: string, pod: string): Promise<string> {
  return ns(['get', `--raw=/api/v1/namespaces/${namespace}/pods/${pod}:8080/proxy/metrics`]);
}

/** The sum of a metric's values over its labels. */
export function sumOf(metrics: string, name: string): number {
  const values = metrics.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
