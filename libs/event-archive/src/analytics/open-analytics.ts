import type { AnalyticsRoot } from '@antenna/hourly-batch';
import type { ArchiveLocation } from '../settings/archive-url.ts';
import { createDurableFolder } from '../durable-folders.ts';
import { localFailure } from '../local-failure.ts';
import type { ArchiveOptions } from '../open-event-archive.ts';

const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Opens the analytics root. A missing local folder is created, a missing bucket is not. Makes no request to the bucket
 * yet.
 */
export async function openAnalytics(
  location: ArchiveLocation,
  { emulatorUrl, requestTimeoutMs = REQUEST_TIMEOUT_MS }: Pick<ArchiveOptions, 'emulatorUrl' | 'requestTimeoutMs'> = {},
): Promise<AnalyticsRoot> {
  if (location.kind === 'file') {
    const { LocalAnalytics } = await import('./local-analytics.ts');
    try {
      await createDurableFolder(location.path);
      return await LocalAnalytics.open(location.path);
    } catch (error) {
      throw localFailure(`open ${location.path}`, error);
    }
  }
  const [{ gcsBucket }, { GcsAnalytics }] = await Promise.all([
    import('../gcs-bucket.ts'),
    import('./gcs-analytics.ts'),
  ]);
  return new GcsAnalytics(gcsBucket(location.bucket, emulatorUrl), {
    prefix: location.prefix,
    timeoutMs: requestTimeoutMs,
  });
}
