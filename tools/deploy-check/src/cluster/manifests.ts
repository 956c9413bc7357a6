import { stringify } from 'yaml';
import type { CheckList } from '../check-list.ts';
import { kubectl, KubectlFailedError } from './kubectl.ts';
import { freshNamespace, overlayNames, removeNamespace, rendered } from './overlays.ts';
import { ClusterNotReadyError } from './port-forward.ts';

const NAMESPACE = 'antenna-usage-manifests-check';

const CRDS = [
  'scaledobjects.keda.sh',
  'triggerauthentications.keda.sh',
  'podmonitors.monitoring.coreos.com',
  'prometheusrules.monitoring.coreos.com',
];

/**
 * Every object of every overlay against the real API server: strict fields, validation, admission (pod security), with
 * any warning an error. Nothing is created but the namespace.
 */
export async function checkManifests(list: CheckList): Promise<void> {
  await list.require('the cluster answers', version);
  await list.require('the CRDs of KEDA and of the Prometheus operator are there', requireCrds);
  await freshNamespace(NAMESPACE);
  try {
    await list.check('this check refuses a misspelt field', () => refused(misspelt, /unknown field/));
    await list.check('this check refuses a pod that may be root', () => refused(insecure, /violate PodSecurity/));
    await list.check('this check refuses a ScaledObject of wrong types', () =>
      refused(wronglyTyped, /must be of type/),
    );
    for (const overlay of await overlayNames()) {
      await list.check(`overlay ${overlay} is accepted without a warning`, async () => {
        const answer = await dryRun(await rendered(overlay, NAMESPACE));
        return `${answer.split('\n').length} objects`;
      });
    }
  } finally {
    await removeNamespace(NAMESPACE);
  }
}

async function version(): Promise<string> {
  const lines = (await kubectl(['version'])).split('\n');
  return lines.map((line) => line.replace(' Version', '').toLowerCase()).join(', ');
}

async function requireCrds(): Promise<undefined> {
  try {
    await kubectl(['get', 'customresourcedefinitions', ...CRDS, '--output=name']);
  } catch (error) {
    const fact = error instanceof Error ? error.message : String(error);
    throw new ClusterNotReadyError(
      `${fact}\ninstall them: kubectl apply --server-side --filename=config/crd/bases of github.com/kedacore/keda, and ` +
        `example/prometheus-operator-crd of github.com/prometheus-operator/prometheus-operator`,
    );
  }
}

function dryRun(objects: string): Promise<string> {
  const args = ['apply', '--dry-run=server', '--validate=strict', '--warnings-as-errors', '--filename=-'];
  return kubectl(args, { input: objects });
}

async function refused(object: object, reason: RegExp): Promise<undefined> {
  const answer = await dryRun(stringify(object)).then(
    () => 'it was accepted',
    (error: unknown) => (error instanceof KubectlFailedError ? error.message : String(error)),
  );
  if (!reason.test(answer)) throw new ClusterNotReadyError(answer);
}

const metadata = { name: 'negative', namespace: NAMESPACE };
const misspelt = { apiVersion: 'v1', kind: 'ConfigMap', metadata, date: {} };
const insecure = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } },
  },
};
const wronglyTyped = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata,
  spec: { scaleTargetRef: { name: 'a' }, minReplicaCount: 'two', triggers: [{ type: 'kafka', metadata: {} }] },
};
