import { Truth } from '@antenna/oracle';
import { CheckFailedError, type CheckList } from '../check-list.ts';
import { addStream, CLUSTER_RATE, clusterStream, hourText, simulatorFlags } from '../simulated-stream.ts';
import { rollOutBrokenVersion } from './broken-version.ts';
import { awaitJob, simulatorJob, startJob } from './jobs.ts';
import { inNamespace, type InNamespace } from './kubectl.ts';
import { freshNamespace, removeNamespace, rendered } from './overlays.ts';
import { type OfInterest, requireProof } from './proof.ts';
import { awaitReadyPods, metricsOf, readyPods, sumOf } from './speed-layer-pods.ts';

const NAMESPACE = 'antenna-usage-check';
const PARTITIONS = 4;

/** What the overlay is changed in: small commits and files, and a group that soon notices who is gone. */
const changes = {
  configMapGenerator: [
    {
      name: 'speed-layer',
      behavior: 'merge',
      literals: ['FLUSH_INTERVAL_MS=200', 'ARCHIVE_ROLL_INTERVAL_MS=5000', 'KAFKA_SESSION_TIMEOUT_MS=10000'],
    },
  ],
};

/** Makes those comparisons with the truth that are of interest. @returns how much was compared. */
type Proof = (ofInterest: OfInterest) => Promise<string>;

export interface SystemOptions {
  /** Tag of the product's images. */
  readonly tag: string;
  /** Leave the namespace at the end. */
  readonly keep: boolean;
}

/** Runs the local overlay on the cluster, breaks it while events stream in, and compares every row with the truth. */
export async function checkSystem(list: CheckList, { tag, keep }: SystemOptions): Promise<void> {
  const ns = inNamespace(NAMESPACE);
  const truth = new Truth();
  addStream(truth, clusterStream);
  const proven: Proof = (ofInterest) => eventually(truth, ofInterest);
  await list.require('the local overlay is applied', () => applyOverlay(ns, tag));
  try {
    await checkStart(list, ns);
    await checkStream(list, ns, { tag, proven });
    await checkHours(list, ns, proven);
    await checkDashboards(list, ns);
  } finally {
    if (!keep) await removeNamespace(NAMESPACE);
  }
}

async function applyOverlay(ns: InNamespace, tag: string): Promise<string> {
  await freshNamespace(NAMESPACE);
  const images = ['provisioner', 'speed-layer', 'batch-layer', 'serving', 'superset'].map((image) => ({
    name: `antenna-usage/${image}`,
    newTag: tag,
  }));
  const objects = await rendered('local', NAMESPACE, { ...changes, images });
  const applied = await ns(['apply', '--validate=strict', '--warnings-as-errors', '--filename=-'], { input: objects });
  // The hour's own jobs would come in between.
  const hourly = ['batch-layer', 'batch-layer-compaction', 'batch-layer-reconciliation'];
  await Promise.all(hourly.map((name) => ns(['patch', 'cronjob', name, '--patch={"spec":{"suspend":true}}'])));
  return `${applied.split('\n').length} objects`;
}

async function checkStart(list: CheckList, ns: InNamespace): Promise<void> {
  await list.require('the provisioner completes', () => awaitJob(ns, 'provisioner', 600_000));
  await list.require('the speed layer becomes ready', async () => (await awaitReadyPods(ns, 1)).join(', '));
}

async function checkStream(
  list: CheckList,
  ns: InNamespace,
  { tag, proven }: { readonly tag: string; readonly proven: Proof },
): Promise<void> {
  await list.require('the simulator starts', async () => {
    await ns(['create', '--filename=-'], {
      input: JSON.stringify(simulatorJob(tag, [...simulatorFlags(clusterStream), `--rate=${CLUSTER_RATE}`])),
    });
    return undefined;
  });
  await list.check('events are counted', () => eventsAreCounted(ns));
  await list.check('a version that dies in a redo replaces no pod', () => rollOutBrokenVersion(ns));
  await list.check('a pod that is killed at once is replaced', () => killAndAwait(ns, 1));
  await list.check('a rolling update goes through', () => rollingUpdate(ns));
  await list.check('three replicas share the partitions', () => scaleToThree(ns));
  await list.check('all three are killed at once, and replaced', () => killAndAwait(ns, 3));
  await list.check('a worker that is told to end does so in its grace period', () => endsInTime(ns));
  await list.require('the simulator has sent everything', () => awaitJob(ns, 'simulator', 600_000));
  const ofStream: OfInterest = ({ needsHours }) => needsHours !== true;
  await list.check('not a row of what was streamed is wrong', () => proven(ofStream));
}

async function checkHours(list: CheckList, ns: InNamespace, proven: Proof): Promise<void> {
  const range = [`--from=${hourText(clusterStream.fromMs)}`, `--to=${hourText(clusterStream.toMs)}`];
  await list.check('a run of the CronJob computes the hours', async () => {
    await startJob(ns, 'hourly', 'batch-layer');
    await awaitJob(ns, 'hourly', 600_000);
    return proven(() => true);
  });
  await list.check('a backfill computes a range again', async () => {
    await startJob(ns, 'backfill', 'batch-layer-backfill', ['run', ...range, '--require-final']);
    await awaitJob(ns, 'backfill', 300_000);
    return proven(() => true);
  });
  await list.check('another reader finds the archive as the manifest says', async () => {
    await startJob(ns, 'verify', 'batch-layer-backfill', ['verify', ...range]);
    await awaitJob(ns, 'verify', 300_000);
    return undefined;
  });
  await list.check('the reconciliation finds a cause for every byte', async () => {
    await startJob(ns, 'reconcile', 'batch-layer-reconciliation');
    await awaitJob(ns, 'reconcile', 300_000);
    return undefined;
  });
  await list.check('the compaction compacts the hours, and then finds them compacted', async () => {
    await startJob(ns, 'merge', 'batch-layer-compaction');
    await awaitJob(ns, 'merge', 300_000);
    await startJob(ns, 'merge-again', 'batch-layer-compaction');
    const again = await awaitJob(ns, 'merge-again', 300_000);
    if (again !== ALL_COMPACTED) throw new CheckFailedError(`the second run ended with «${again}»`);
    return undefined;
  });
}

/** What `compact --due` says when it has nothing to do. */
const ALL_COMPACTED = 'every final hour is compacted';

async function checkDashboards(list: CheckList, ns: InNamespace): Promise<void> {
  await list.check('Superset answers', async () => {
    const args = ['rollout', 'status', 'deployment/superset', '--timeout=600s'];
    return ns(args, { timeoutMs: 610_000 });
  });
  await list.check('the dashboards are imported', async () => {
    await awaitJob(ns, 'dashboards', 900_000);
    return undefined;
  });
}

async function eventsAreCounted(ns: InNamespace): Promise<string> {
  const end = performance.now() + 180_000;
  for (;;) {
    const [pod = ''] = await readyPods(ns);
    const metrics = await metricsOf(ns, NAMESPACE, pod);
    const events = sumOf(metrics, 'speed_layer_events_total');
    if (events > 0) return `${events} so far, ${sumOf(metrics, 'speed_layer_partitions')} partitions`;
    if (performance.now() > end) throw new CheckFailedError(`no event was counted in three minutes:\n${metrics}`);
  }
}

async function killAndAwait(ns: InNamespace, replicas: number): Promise<string> {
  const killed = await awaitReadyPods(ns, replicas);
  await ns(['delete', 'pod', '--grace-period=0', '--force', ...killed]);
  return `${killed.join(', ')} -> ${(await awaitReadyPods(ns, replicas, killed)).join(', ')}`;
}

async function rollingUpdate(ns: InNamespace): Promise<string> {
  const old = await readyPods(ns);
  await ns(['rollout', 'restart', 'deployment/speed-layer']);
  await ns(['rollout', 'status', 'deployment/speed-layer', '--timeout=600s'], { timeoutMs: 610_000 });
  return `${old.join(', ')} -> ${(await awaitReadyPods(ns, old.length, old)).join(', ')}`;
}

async function scaleToThree(ns: InNamespace): Promise<string> {
  await ns(['scale', 'deployment/speed-layer', '--replicas=3']);
  const pods = await awaitReadyPods(ns, 3);
  const end = performance.now() + 180_000;
  for (;;) {
    const metrics = await Promise.all(pods.map((pod) => metricsOf(ns, NAMESPACE, pod)));
    const shares = metrics.map((text) => sumOf(text, 'speed_layer_partitions'));
    const total = shares.reduce((sum, share) => sum + share, 0);
    if (total === PARTITIONS && shares.every((share) => share > 0)) return `${shares.join(' + ')} partitions`;
    if (performance.now() > end) throw new CheckFailedError(`they hold ${shares.join(', ')} partitions`);
  }
}

async function endsInTime(ns: InNamespace): Promise<string> {
  const [pod = ''] = await readyPods(ns);
  const startedMs = performance.now();
  await ns(['delete', 'pod', pod, '--timeout=60s'], { timeoutMs: 70_000 });
  const seconds = (performance.now() - startedMs) / 1000;
  if (seconds > 40) throw new CheckFailedError(`it took ${seconds.toFixed(1)} s`);
  return `${seconds.toFixed(1)} s`;
}

/** The workers take their time: compared again until all is proven, or five minutes have passed. */
async function eventually(truth: Truth, ofInterest: OfInterest): Promise<string> {
  const end = performance.now() + 300_000;
  for (;;) {
    try {
      return await requireProof(NAMESPACE, truth, ofInterest);
    } catch (error) {
      if (!(error instanceof CheckFailedError) || performance.now() > end) throw error;
    }
  }
}
