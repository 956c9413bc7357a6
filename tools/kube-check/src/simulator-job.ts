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
