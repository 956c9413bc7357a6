import * as z from 'zod';
import { type InNamespace, KubectlFailedError } from './kubectl.ts';

const jobStatus = z.object({
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
  }),
});

/** A job as `kubectl create job --from` makes it, as far as something is changed in it. */
const jobTemplate = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ containers: z.tuple([z.looseObject({})]) }) }),
  }),
});

/** Starts a job of a CronJob's template, with other arguments where they are given. */
export async function startJob(ns: InNamespace, name: string, cronJob: string, args?: readonly string[]) {
  const create = ['create', 'job', name, `--from=cronjob/${cronJob}`];
  if (args === undefined) return ns(create);
  const job = jobTemplate.parse(JSON.parse(await ns([...create, '--dry-run=client', '--output=json'])));
  job.spec.template.spec.containers[0]['args'] = args;
  return ns(['create', '--filename=-'], { input: JSON.stringify(job) });
}

/**
 * Waits for a job's end.
 * @returns the last line that its container wrote.
 * @throws {KubectlFailedError} with the log of a job that failed, or is not done in time.
 */
export async function awaitJob(ns: InNamespace, name: string, deadlineMs: number): Promise<string> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const { status } = jobStatus.parse(JSON.parse(await ns(['get', 'job', name, '--output=json'])));
    const is = (type: string) => status.conditions?.some((each) => each.type === type && each.status === 'True');
    if (is('Complete') === true) return lastLine(await logOf(ns, name));
    if (is('Failed') === true || performance.now() > end) {
      const how = is('Failed') === true ? 'failed' : `is not done after ${Math.round(deadlineMs / 1000)} s`;
      throw new KubectlFailedError(`job ${name} ${how}; the end of its log:\n${await logOf(ns, name)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

function logOf(ns: InNamespace, name: string): Promise<string> {
  return ns(['logs', `job/${name}`, '--tail=30']).catch((error: unknown) => String(error));
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

/** A job that sends simulated events into the local overlay's Kafka, once. */
export function simulatorJob(tag: string, args: readonly string[]): object {
  const container = {
    name: 'simulator',
    image: `antenna-usage/simulator:${tag}`,
    imagePullPolicy: 'IfNotPresent',
    args,
    env: [
      { name: 'KAFKA_BROKERS', value: 'kafka:9092' },
      { name: 'KAFKA_TOPIC', value: 'devices' },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
  const pod = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
  };
  // A second try would send everything again.
  const spec = { backoffLimit: 0, template: { metadata: { labels: { app: 'simulator' } }, spec: pod } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'simulator' }, spec };
}
