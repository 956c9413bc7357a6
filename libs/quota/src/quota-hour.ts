/**
 * A user is over quota with the first byte beyond it; usage of exactly the quota is within. Function
 * pipeline.user_totals of the store implements the same rule (a test of the store compares them).
 * @param usage bytes of one hour.
 * @param quota bytes that the user may use in an hour.
 */
export function isOverQuota(usage: bigint, quota: bigint): boolean {
  return usage > quota;
}

/**
 * What is reported of a user's hour. The stream reports `warned` (80 % of the quota reached) and `exceeded` (over
 * quota). Once the hour is final, the batch layer reports `confirmed` of a user who is over quota as reported,
 * `exceeded_late` of a user over quota who was not reported so, or whose report was withdrawn, and `withdrawn` of a user
 * who was reported as over quota and is not, or who was warned and is below 80 % of the quota.
 */
export type QuotaState = 'warned' | 'exceeded' | 'confirmed' | 'withdrawn' | 'exceeded_late';

/** A report of a user's hour, with the quota in bytes that it is based on. */
export interface QuotaReport {
  readonly state: QuotaState;
  readonly quota: bigint;
}

/** Usage has reached 80 % of the quota, in exact integers: usage / quota >= 4 / 5. */
export function isNearQuota(usage: bigint, quota: bigint): boolean {
  return usage >= quota - quota / 5n;
}

/**
 * The reports that a commit of the stream adds, in order. A quota that is new to the hour can be reached and exceeded
 * again; a quota that the hour has had before cannot. Functions pipeline.commit_totals (which users have reached 80 %)
 * and pipeline.reached_quotas (what is new to the hour) of the store implement the same rule; a test of the store
 * compares them.
 * @param reports the reports of the user's hour so far, in order.
 * @param usage bytes of the hour, including this commit.
 * @param quota bytes that the user may use in an hour, at this moment.
 */
export function reportsOfStream(reports: readonly QuotaReport[], usage: bigint, quota: bigint): readonly QuotaReport[] {
  const known = reports.filter((report) => report.quota === quota);
  const isNew: readonly [QuotaState, boolean][] = [
    ['warned', known.length === 0 && isNearQuota(usage, quota)],
    ['exceeded', !known.some(({ state }) => saysOver(state)) && isOverQuota(usage, quota)],
  ];
  return isNew.filter(([, applies]) => applies).map(([state]) => ({ state, quota }));
}

/**
 * The report that the computation of a final hour adds, if any. Each state is reported at most once for a quota.
 * Function pipeline.quota_verdicts of the store implements the same rule.
 * @param reports the reports of the user's hour so far, in order.
 * @param usage bytes of the hour in the archive; 0 for a user without events.
 * @param quota bytes that the user may use in an hour; undefined for a user without a limit. `withdrawn` then has the
 *   quota of the report that it withdraws.
 */
export function reportOfBatch(
  reports: readonly QuotaReport[],
  usage: bigint,
  quota: bigint | undefined,
): QuotaReport | undefined {
  const report =
    quota !== undefined && isOverQuota(usage, quota) ? over(reports, quota) : within(reports, usage, quota);
  const isRepeated = reports.some(({ state, quota: of }) => state === report?.state && of === report.quota);
  return isRepeated ? undefined : report;
}

function over(reports: readonly QuotaReport[], quota: bigint): QuotaReport | undefined {
  const standing = standingOver(reports);
  if (standing === undefined) return { state: 'exceeded_late', quota };
  const isNews = standing.state === 'exceeded' || standing.quota !== quota;
  return isNews ? { state: 'confirmed', quota } : undefined;
}

function within(reports: readonly QuotaReport[], usage: bigint, quota: bigint | undefined): QuotaReport | undefined {
  const isNear = quota !== undefined && isNearQuota(usage, quota);
  const wrong = standingOver(reports) ?? (isNear ? undefined : standingWarning(reports));
  return wrong && { state: 'withdrawn', quota: quota ?? wrong.quota };
}

/** The last report that the user is over quota, unless it was withdrawn. */
function standingOver(reports: readonly QuotaReport[]): QuotaReport | undefined {
  const last = reports.findLast(({ state }) => state !== 'warned');
  return last?.state === 'withdrawn' ? undefined : last;
}

function standingWarning(reports: readonly QuotaReport[]): QuotaReport | undefined {
  const last = reports.at(-1);
  return last?.state === 'warned' ? last : undefined;
}

function saysOver(state: QuotaState): boolean {
  return state === 'exceeded' || state === 'confirmed' || state === 'exceeded_late';
}
