export * from './archive-path.ts';
export type * from './event-columns.ts';
export { EventColumnsBuilder } from './event-columns-builder.ts';
export { firstDifference } from './first-difference.ts';
export { splitByHour, sumOfBytes } from './split-by-hour.ts';
