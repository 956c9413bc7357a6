export * from './archive-path.ts';
export type * from './event-columns.ts';
export { EventColumnsBuilder, firstDifference } from './event-columns.ts';
export { splitByHour, sumOfBytes } from './split-by-hour.ts';
