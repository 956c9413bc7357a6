export * from './archive-path.ts';
export type { DictionaryColumn } from './dictionary-column.ts';
export { type EventColumns, EventColumnsBuilder, firstDifference } from './event-columns.ts';
export { splitByHour, sumOfBytes } from './split-by-hour.ts';
