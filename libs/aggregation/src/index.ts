export { ByteSum } from './byte-sum.ts';
export { StringDictionary } from './string-dictionary.ts';
export { SumRows } from './sum-rows.ts';
export { TotalColumns } from './total-columns.ts';
export type { TotalRow, TotalType, UserHourRow } from './total-row.ts';
export { UserHourColumns } from './user-hour-columns.ts';
export { WindowTotals } from './window-totals.ts';
