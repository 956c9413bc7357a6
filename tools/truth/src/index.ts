export { compareRows, type Difference, summarize } from './compare-rows.ts';
export { type CountedRange, type RecordPosition, recordsOfRanges } from './records-of-ranges.ts';
export { type KeyedRow, keyedQuotas, keyedTotals, type QuotaTableRow, type TotalsTableRow } from './table-rows.ts';
export { readTruthFile, writeTruthFile } from './truth-file.ts';
export { type QuotaUser, Truth, type TruthParts } from './truth.ts';
