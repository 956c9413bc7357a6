/** A user's bytes of one hour next to the bytes that the user may use in an hour. */
export interface QuotaUse {
  readonly usage: bigint;
  readonly quota: bigint;
}

/** A user is over quota with the first byte beyond it: using all of it is within. */
export function isOverQuota(usage: bigint, quota: bigint): boolean {
  return usage > quota;
}

/**
 * Usage as a share of the quota: 1 when all of it is used, more when over.
 * @returns undefined when the quota is 0, of which nothing is a share.
 */
export function quotaShare(usage: bigint, quota: bigint): number | undefined {
  return quota === 0n ? undefined : Number(usage) / Number(quota);
}
