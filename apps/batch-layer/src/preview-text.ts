import { type HourPreview, type HourResult, type HourRow, hourText } from '@antenna/hourly-batch';
import { PREVIEWED_ROWS } from './open-store.ts';
import { numberText, textTable } from '@antenna/cli';

/** The largest rows of each type that a run would write. Empty for an hour that was not previewed. */
export function previewText(result: HourResult): string {
  if (result.outcome !== 'previewed') return '';
  const { preview, totals } = result;
  const hour = hourText(result.hourMs);
  return [
    `bytes_hourly of ${hour}: ${replacement(totals.rows.length, preview.replacedHourlyRows)}`,
    textTable(['type', 'id', 'value'], largestOfEachType(totals.rows)),
    `user_quota_limit of ${hour}: ${replacement(preview.usersOverQuota, preview.replacedOverQuotaRows)}`,
    textTable(['email', 'usage', 'quota'], overQuotaRows(preview)),
  ].join('\n');
}

function replacement(rows: number, replaced: number): string {
  return `${numberText(rows)} rows in place of ${numberText(replaced)}`;
}

function largestOfEachType(rows: readonly HourRow[]): string[][] {
  return [...Map.groupBy(rows, ({ type }) => type)].flatMap(([type, ofType]) => {
    const largest = ofType.toSorted((left, right) => (left.value < right.value ? 1 : -1)).slice(0, PREVIEWED_ROWS);
    return [
      ...largest.map(({ id, value }) => [type, id, numberText(value)]),
      ...others(ofType.length - largest.length, type),
    ];
  });
}

function overQuotaRows({ overQuota, usersOverQuota }: HourPreview): string[][] {
  return [
    ...overQuota.map(({ email = '', usage, quota }) => [email, numberText(usage), numberText(quota)]),
    ...others(usersOverQuota - overQuota.length, ''),
  ];
}

function others(rows: number, first: string): string[][] {
  return rows > 0 ? [[first, `and ${numberText(rows)} more`, '']] : [];
}
