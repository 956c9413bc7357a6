import { ProductError, setting, settingsGroup } from '@antenna/cli';
import { type ArchiveLocation, archiveUrl, archiveUrlOf } from '@antenna/event-archive';

/** The root under which compacted files are written. */
export const analyticsSettings = settingsGroup({
  title: 'Analytics',
  fields: {
    location: setting({
      name: 'ANALYTICS_URL',
      description: 'second root, where analysts find one file for each hour',
      type: archiveUrl,
      default: 'file:.local/analytics',
    }),
  },
  value: ({ location }): ArchiveLocation => location,
});

class SharedRootError extends ProductError {
  readonly code = 'SHARED_ROOT';
  override readonly exitCode = 2;
}

/**
 * @throws {SharedRootError} when one root contains the other: a reader of the outer root would see each event twice.
 */
export function refuseSharedRoot(analytics: ArchiveLocation, archive: ArchiveLocation): void {
  const [one, other] = [archiveUrlOf(analytics), archiveUrlOf(archive)].map((url) => `${url.replace(/\/$/, '')}/`);
  if (one === undefined || other === undefined || !(one.startsWith(other) || other.startsWith(one))) return;
  throw new SharedRootError(
    `ANALYTICS_URL ${archiveUrlOf(analytics)} and ARCHIVE_URL ${archiveUrlOf(archive)} are not apart: who reads the ` +
      `outer one would see each event twice; give the compacted files a place of their own`,
  );
}
