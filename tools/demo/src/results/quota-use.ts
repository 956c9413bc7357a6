import type { DatabaseResults, KnownUser } from '@antenna/oracle';
import { flowOf, userLabels } from './flow.ts';

/** A user's usage of an hour. */
export interface HourUse {
  readonly hourMs: number;
  readonly usage: bigint;
  /** Whether `user_quota_limit` has the user for that hour. */
  readonly isOver: boolean;
}

export interface QuotaUse {
  readonly label: string;
  /** Undefined for a user without metadata. */
  readonly user: KnownUser | undefined;
  readonly hours: readonly HourUse[];
}

/** What each user used, by hour, next to what `user_quota_limit` says; sorted by id. */
export function quotaUse({ users, hours, overQuota }: DatabaseResults): QuotaUse[] {
  const { timesMs, series } = flowOf(hours, 'user_total_bytes', userLabels(users));
  const byId = new Map(users.map((user) => [user.id, user]));
  const over = new Set(overQuota.map(({ timestampMs, email }) => keyOf(timestampMs, email)));
  return series.map(({ id, label, values }) => {
    const user = byId.get(id);
    return {
      label,
      user,
      hours: timesMs.map((hourMs, index) => ({
        hourMs,
        usage: values[index] ?? 0n,
        isOver: user !== undefined && over.has(keyOf(hourMs, user.email)),
      })),
    };
  });
}

function keyOf(hourMs: number, email: string | null): string {
  return JSON.stringify([hourMs, email]);
}
