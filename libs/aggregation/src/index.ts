export type { TotalRow, TotalType, UserHourRow } from './total-row.ts';
export { WindowTotals } from './window-totals.ts';
