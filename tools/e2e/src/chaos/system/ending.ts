/** How a worker or a batch run ended. */
export interface Ending {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** All that it printed. */
  readonly printed: string;
}

export type Verdict = 'done' | 'killed' | 'gave up' | 'unexpected';

/**
 * What a program may end with while its services are being broken: they did not answer in the time that it gives them.
 * Whoever runs it (Kubernetes, say) starts it again.
 */
const SERVICES_AWAY = [
  'DATABASE_UNREACHABLE',
  'DATABASE_UNAVAILABLE',
  'KAFKA_UNREACHABLE',
  'KAFKA_CONSUMER_ENDED',
  'ARCHIVE_UNAVAILABLE',
  'ARCHIVE_FULL',
  // Two other runs were faster each time that this one read the hour.
  'NEWER_RESULT',
  // What the driver and the client of Kafka say of a connection that broke in the midst.
  'Connection terminated',
  'connection terminated',
  'ECONNRESET',
  'ECONNREFUSED',
  'timeout',
  'KafkaJS',
  'terminating connection',
  'the database system is',
];

/** Tells an ending that a fault explains from one that nothing does. */
export function judge({ exitCode, signal, printed }: Ending): Verdict {
  if (signal === 'SIGKILL') return 'killed';
  // Told to stop before it had begun to listen for it.
  if (exitCode === 0 || signal === 'SIGTERM') return 'done';
  return exitCode === 1 && SERVICES_AWAY.some((text) => lastLines(printed).includes(text)) ? 'gave up' : 'unexpected';
}

/** Where a program says why it ends. */
export function lastLines(printed: string, count = 8): string {
  return printed.trimEnd().split('\n').slice(-count).join('\n');
}
