export * from './archive-path.ts';
export * from './errors.ts';
export type * from './event-columns.ts';
export { EventColumnsBuilder } from './event-columns-builder.ts';
export { firstDifference } from './first-difference.ts';
export { Ingestion } from './ingestion.ts';
export type * from './ports.ts';
export { refuseUnreadable } from './start-offset.ts';
export { unreadableRange, type UnreadableRange } from './unreadable-position.ts';
