import { httpSettings, loggedCommand } from '@antenna/cli';
import { createMetrics, startHealthServer } from '@antenna/telemetry';
import { IngestionMetrics } from './ingestion-metrics.ts';
import { logged } from './logged-events.ts';
import { connectWorker } from './connect-worker.ts';
import { readiness } from './readiness.ts';
import { StreamMetrics } from './stream-metrics.ts';
import { untilStopped } from './ending.ts';
import { workerSettings } from './worker-settings.ts';

/** Ingests until a signal stops it. */
export const serve = loggedCommand({
  name: 'serve',
  description: 'ingests until SIGTERM or SIGINT, then saves the records that it has read and leaves the group',
  settings: { ...workerSettings, http: httpSettings },
  async run(settings, { log }) {
    const registry = createMetrics({ processMetrics: true });
    const observer = logged(new IngestionMetrics(registry, () => Date.now()), log);
    const open = await connectWorker(settings, { log, observer, registry });
    // Until this line a signal ends the process at once, since there is nothing to save.
    const stopped = untilStopped();
    const health = await startHealthServer({
      ...settings.http,
      registry,
      isLive: () =>
        open.worker.isLive(Date.now()) ? { ok: true } : { ok: false, reasons: ['the consumer is silent'] },
      isReady: () => readiness(open),
    }).catch(async (error: unknown) => {
      // Open connections would keep the process alive for seconds after this error.
      await open.worker.stop();
      await open.close();
      throw error;
    });
    log.info('ingesting', { topic: settings.kafka.topic, sinks: settings.ingestion.sinks, httpPort: health.port });
    const stopFollowing = new StreamMetrics(registry).follow(open.progress, log);
    try {
      open.quotaEvents?.start();
      await open.worker.start();
      log.info('stopping', { signal: await Promise.race([stopped, open.worker.failure]) });
    } finally {
      stopFollowing();
      await open.worker.stop();
      await open.quotaEvents?.stop();
      await health.close();
      await open.close();
    }
    log.info('stopped');
  },
});
