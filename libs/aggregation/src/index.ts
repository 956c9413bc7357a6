export { ByteSum } from './byte-sum.ts';
export { SumRows } from './sum-rows.ts';
export { TextDictionary } from './text-dictionary.ts';
export { TotalColumns, type TotalRow, type TotalType, UserHourColumns, type UserHourRow } from './total-columns.ts';
export { WindowTotals } from './window-totals.ts';
