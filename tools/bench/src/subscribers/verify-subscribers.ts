import { NotProvenError, requireEqualDigests, withArchive, withTables } from '@antenna/oracle';
import type { RunPlace } from '../stack/run-place.ts';
import type { SubscriberTopic } from './subscriber-topic.ts';
import { subscribersEndMs } from './subscriber-workload.ts';

/** @throws {NotProvenError} unless `bytes` and the archive are the truth; the closing markers are left out. */
export async function verifySubscribers(
  { databaseUrl, archive }: Pick<RunPlace, 'databaseUrl' | 'archive'>,
  { workload, truth }: SubscriberTopic,
): Promise<void> {
  const beforeMs = subscribersEndMs(workload);
  const windows = await withTables(databaseUrl, (tables) => tables.digests('windows', { beforeMs }));
  requireEqualDigests('bytes', truth.windows, windows);
  await withArchive(archive, async (stored) => {
    const events = await stored.eventCount({ beforeMs });
    if (events !== truth.events) {
      throw new NotProvenError(`the archive holds ${events} events instead of ${truth.events}`);
    }
    requireEqualDigests('archive', truth.hours, await stored.hourDigests({ beforeMs }));
  });
}

/** @throws {NotProvenError} unless the hours of users, which the product alone keeps, are the truth. */
export async function verifyUserHours(
  { databaseUrl }: Pick<RunPlace, 'databaseUrl'>,
  { workload, truth }: SubscriberTopic,
): Promise<void> {
  const beforeMs = subscribersEndMs(workload);
  const expected = truth.hours.filter(({ type }) => type === 'user_total_bytes');
  const actual = await withTables(databaseUrl, (tables) => tables.digests('userHours', { beforeMs }));
  requireEqualDigests('user_hour_usage', expected, actual);
}
