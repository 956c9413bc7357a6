import { createHash } from 'node:crypto';
import type { KeyedRow } from '../compare-rows.ts';
import type { QuotaTableRow, TotalsTableRow } from '../table-rows.ts';

/** What a certificate says of the rows of an hour. */
export interface StoredCertificate {
  readonly number: number;
  readonly hourMs: number;
  readonly runId: number;
  /** JSON. */
  readonly content: string;
}

/** A row that a run changed after one of its hour was final; null stands for no row. */
export interface StoredCorrection {
  readonly hourMs: number;
  readonly runId: number;
  readonly type: string;
  readonly id: string | null;
  readonly oldValue: string | null;
  readonly newValue: string | null;
  readonly oldQuota: string | null;
  readonly newQuota: string | null;
}

export interface CertifiedTables {
  readonly certificates: readonly StoredCertificate[];
  readonly corrections: readonly StoredCorrection[];
  readonly hours: readonly TotalsTableRow[];
  readonly overQuota: readonly QuotaTableRow[];
}

const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'] as const;

/**
 * The digests that the certificates name, and those of the rows as they were then: the present rows without every
 * correction since. They are equal if and only if a certified result and the corrections since make up the present one.
 */
export function certifiedDigests(tables: CertifiedTables): Record<'certified' | 'found', KeyedRow<string>[]> {
  const digests: Record<'certified' | 'found', KeyedRow<string>[]> = { certified: [], found: [] };
  for (const { number, hourMs, runId, content } of tables.certificates) {
    const later = tables.corrections.filter((each) => each.hourMs === hourMs && each.runId > runId);
    const rows = rowsBefore(tables, hourMs, later);
    const { totals, quota } = JSON.parse(content) as CertifiedContent;
    for (const type of TYPES) {
      const key = `certificate ${number}: ${type}`;
      digests.certified.push([key, totals[type].sha256]);
      digests.found.push([key, digestOf(rows.totals[type], 2)]);
    }
    digests.certified.push([`certificate ${number}: user_quota_limit`, quota.sha256]);
    digests.found.push([`certificate ${number}: user_quota_limit`, digestOf(rows.quota, 3)]);
  }
  return digests;
}

interface CertifiedContent {
  readonly totals: Readonly<Record<(typeof TYPES)[number], { readonly sha256: string }>>;
  readonly quota: { readonly sha256: string };
}

/** A row as texts: id and bytes, or e-mail, usage and quota. */
type Texts = readonly (string | null)[];

/** The rows of an hour as they were before these corrections. */
function rowsBefore({ hours, overQuota }: CertifiedTables, hourMs: number, later: readonly StoredCorrection[]) {
  const newestFirst = later.toSorted((left, right) => right.runId - left.runId);
  const ofHour = hours.filter(({ timestampMs }) => timestampMs === hourMs);
  const before = (type: string, present: readonly Texts[]): readonly Texts[] => {
    const rows = new Map<string, number>();
    for (const row of present) change(rows, row, 1);
    for (const each of newestFirst.filter((correction) => correction.type === type)) {
      if (each.newValue !== null) change(rows, textsOf(each, each.newValue, each.newQuota), -1);
      if (each.oldValue !== null) change(rows, textsOf(each, each.oldValue, each.oldQuota), 1);
    }
    return Array.from(rows).flatMap(([text, count]) => repeated(text, count));
  };
  const totalsOf = (type: string) =>
    before(
      type,
      ofHour.filter((row) => row.type === type).map(({ id, value }) => [id, String(value)]),
    );
  const limits = overQuota.filter(({ timestampMs }) => timestampMs === hourMs);
  return {
    totals: Object.fromEntries(TYPES.map((type) => [type, totalsOf(type)])) as Record<
      (typeof TYPES)[number],
      readonly Texts[]
    >,
    quota: before(
      'user_quota_limit',
      limits.map(({ email, usage, quota }) => [email, String(usage), String(quota)]),
    ),
  };
}

/** A row that a correction wrote and the tables lack has a negative count; it stays, so that the digests differ. */
function repeated(text: string, count: number): readonly Texts[] {
  if (count < 0) return [[`missing: ${text}`]];
  return new Array<Texts>(count).fill(JSON.parse(text) as Texts);
}

function textsOf({ type, id }: StoredCorrection, value: string, quota: string | null): Texts {
  return type === 'user_quota_limit' ? [id, value, quota] : [id, value];
}

function change(rows: Map<string, number>, row: Texts, by: number): void {
  const text = JSON.stringify(row);
  rows.set(text, (rows.get(text) ?? 0) + by);
}

/** SHA-256 of the rows' columns as JSON, in the order of the rows. */
function digestOf(rows: readonly Texts[], width: number): string {
  const sorted = rows.toSorted(compareRows);
  const columns = Array.from({ length: width }, (_, column) => sorted.map((row) => row[column] ?? null));
  return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

/** By id in UTF-8 or e-mail, NULL last; then by numbers. */
function compareRows([left = null, ...leftNumbers]: Texts, [right = null, ...rightNumbers]: Texts): number {
  if (left !== right) {
    if (left === null || right === null) return left === null ? 1 : -1;
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  const differing = leftNumbers.findIndex((number, index) => number !== rightNumbers[index]);
  return differing === -1 ? 0 : Number(BigInt(leftNumbers[differing] ?? 0) - BigInt(rightNumbers[differing] ?? 0));
}
