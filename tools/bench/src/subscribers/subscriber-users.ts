import type { AddUsers } from '../contestants/contestant.ts';
import { insertSubscribers } from './subscriber-users.sql.ts';
import { meanUsage, type SubscriberWorkload } from './subscriber-workload.ts';

/**
 * Adds all users of a workload. Few subscribers are near their quota: one in twenty has half of the mean usage of an
 * hour, which nearly all of these pass; the others have ten times the mean, which none passes.
 */
export function addSubscribers(workload: SubscriberWorkload): AddUsers {
  const mean = meanUsage(workload);
  const quotas = { passed: Math.round(mean / 2), kept: mean * 10 };
  return async (database) => {
    await database.raw(insertSubscribers, { users: workload.users, ...quotas });
  };
}
