export * from './archive-path.ts';
export { type ArchivedEvent, eventsIn } from './archived-event.ts';
export { type DictionaryColumn, textsOfRows } from './dictionary-column.ts';
export { ERASED_ID, rowsOf, withoutUser } from './erased-rows.ts';
export { type EventColumns, EventColumnsBuilder, sumOfBytes } from './event-columns.ts';
export { EventsByHour } from './events-by-hour.ts';
export { firstDifference } from './first-difference.ts';
