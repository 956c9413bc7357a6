import { EventInterners, type UsageEvent } from '@antenna/event-schema';
import { textsOfRows } from '../dictionary-column.ts';
import { type EventColumns, EventColumnsBuilder } from '../event-columns.ts';

/** Events of a partition in columns, at offsets that follow each other. */
export function columnsOf(
  events: readonly Partial<UsageEvent>[],
  { partition = 0, from = 10 }: { readonly partition?: number; readonly from?: number } = {},
): EventColumns {
  const builder = new EventColumnsBuilder(partition);
  const interners = new EventInterners();
  for (const [row, event] of events.entries()) builder.append(from + row, interners.intern({ ...USUAL, ...event }));
  return builder.build();
}

const USUAL: UsageEvent = { eventTimeMs: 1_000, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE' };

/** The ids of the rows, in their order. */
export function idsOf({ id }: EventColumns): string[] {
  return Array.from(id.codes.keys(), textsOfRows(id));
}
