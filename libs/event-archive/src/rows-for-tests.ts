import { EventInterners } from '@antenna/event-schema';
import { type EventColumns, EventColumnsBuilder, eventsIn } from '@antenna/archive-format';

export interface TestRow {
  readonly offset: number;
  readonly eventTimeMs: number;
  readonly id: string;
  readonly antennaId: string;
  readonly bytes: number;
  readonly app: string;
}

/** 2022-10-29T13:14:15.678Z */
export const SOME_TIME_MS = Date.UTC(2022, 9, 29, 13, 14, 15, 678);

export function aRow(row: Partial<TestRow> = {}): TestRow {
  return {
    offset: 4812,
    eventTimeMs: SOME_TIME_MS,
    id: 'user-1',
    antennaId: 'antenna-1',
    bytes: 5,
    app: 'SKYPE',
    ...row,
  };
}

/** Rows with ascending offsets and repeated users, bytes and seconds. */
export function manyRows(count: number): readonly TestRow[] {
  return Array.from({ length: count }, (_, index) =>
    aRow({
      offset: 4812 + index,
      eventTimeMs: SOME_TIME_MS + Math.floor(index / 50) * 1000,
      id: `user-${index % 997}`,
      antennaId: `antenna-${index % 50}`,
      bytes: (index * 7919) % 10_000,
    }),
  );
}

export function columnsOf(rows: readonly TestRow[], partition = 3): EventColumns {
  const builder = new EventColumnsBuilder(partition);
  const interners = new EventInterners();
  for (const { offset, ...event } of rows) builder.append(offset, interners.intern(event));
  return builder.build();
}

/** The rows of the columns, for a comparison that is independent of the numbering of texts. */
export function rowsIn(columns: EventColumns): readonly TestRow[] {
  return [...eventsIn(columns)].map(({ offset, eventTimeMs, id, antennaId, bytes, app }) => {
    return { offset, eventTimeMs, id, antennaId, bytes, app };
  });
}
