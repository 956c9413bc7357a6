export { ByteSum } from './byte-sum.ts';
export { SumRows } from './sum-rows.ts';
export { TotalColumns } from './total-columns.ts';
export type { TotalRow, TotalType, UserHourRow } from './total-row.ts';
export { UserHourColumns } from './user-hour-columns.ts';
export { WindowTotals } from './window-totals.ts';
