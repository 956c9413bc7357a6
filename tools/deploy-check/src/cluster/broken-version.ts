import { setTimeout as delay } from 'node:timers/promises';
import { CheckFailedError } from '../check-list.ts';
import type { InNamespace } from './kubectl.ts';
import { type Pod, podsOf, readyPods } from './speed-layer-pods.ts';

/** Ends Node at the first upload of an archive file: in the redo of an open intent, or as the first chunk is sealed. */
const DIES_AT_UPLOAD = `
  import http from 'node:http';
  import { syncBuiltinESMExports } from 'node:module';
  const { request } = http;
  http.request = (...args) =>
    String(args[0]).includes('uploadType=multipart') ? process.exit(70) : request(...args);
  syncBuiltinESMExports();
`;

/** Value of NODE_OPTIONS that makes any version of a worker one that dies at its first upload. */
export const NODE_OPTIONS_OF_BROKEN_VERSION = `--import=data:text/javascript;base64,${Buffer.from(DIES_AT_UPLOAD).toString('base64')}`;

const DEADLINE_MS = 300_000;

/**
 * Rolls out a version that dies at its first upload, while events stream in. It leaves open intents behind, in whose redo
 * it dies again.
 * @returns what was seen of a pod of that version.
 * @throws {CheckFailedError} when a pod of the previous version is replaced, or none of the new one dies in a redo.
 */
export async function rollOutBrokenVersion(ns: InNamespace): Promise<string> {
  const old = await readyPods(ns);
  const option = `NODE_OPTIONS=${NODE_OPTIONS_OF_BROKEN_VERSION}`;
  await ns(['set', 'env', 'deployment/speed-layer', '--containers=speed-layer', option]);
  const seen = await diesInRedo(ns, old);
  await ns(['rollout', 'undo', 'deployment/speed-layer']);
  await ns(['rollout', 'status', 'deployment/speed-layer', '--timeout=300s'], { timeoutMs: 310_000 });
  requireKept(old, await podsOf(ns));
  return `${seen}; ${old.join(', ')} went on`;
}

async function diesInRedo(ns: InNamespace, old: readonly string[]): Promise<string> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const pods = await podsOf(ns);
    requireKept(old, pods);
    const broken = pods.find(({ name }) => !old.includes(name));
    if (broken !== undefined && (await diedInRedo(ns, broken.name))) {
      return `${broken.name} died in a redo, after ${broken.restarts} restarts`;
    }
    // Later restarts are delayed, and a worker of the old version redoes the intents meanwhile. A new pod starts at once.
    if (broken !== undefined && broken.restarts > 1)
      await ns(['delete', 'pod', broken.name, '--grace-period=0', '--force']);
    if (performance.now() > end) {
      throw new CheckFailedError(`no pod of the broken version died in a redo:\n${await ns(['get', 'pods'])}`);
    }
    await delay(1_000);
  }
}

/** Whether the worker that a container was started again after had begun to redo open intents. */
async function diedInRedo(ns: InNamespace, pod: string): Promise<boolean> {
  // Without a restart there is no previous log.
  const log = await ns(['logs', pod, '--container=speed-layer', '--previous']).catch(() => '');
  return log.includes('"redoing chunks with an open intent"');
}

function requireKept(old: readonly string[], pods: readonly Pod[]): void {
  const gone = old.filter((name) => !pods.some((pod) => pod.name === name));
  if (gone.length > 0) throw new CheckFailedError(`the roll-out of a broken version replaced ${gone.join(', ')}`);
}
