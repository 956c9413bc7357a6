/**
 * A user is over quota with the first byte beyond it; usage of exactly the quota is within. Function
 * pipeline.user_totals of the store implements the same rule (a test of the store compares them).
 * @param usage bytes of one hour.
 * @param quota bytes that the user may use in an hour.
 */
export function isOverQuota(usage: bigint, quota: bigint): boolean {
  return usage > quota;
}
