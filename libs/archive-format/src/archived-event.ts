import type { UsageEvent } from '@antenna/event-schema';
import { textsOfRows } from './dictionary-column.ts';
import type { EventColumns } from './event-columns.ts';

/** An event of the archive, and where its record was in the topic. Its id is empty if the person was erased. */
export interface ArchivedEvent extends UsageEvent {
  readonly partition: number;
  readonly offset: number;
}

/** The rows one by one, as objects. */
export function* eventsIn(columns: EventColumns): Generator<ArchivedEvent, void, void> {
  const [id, antennaId, app] = [textsOfRows(columns.id), textsOfRows(columns.antennaId), textsOfRows(columns.app)];
  for (let row = 0; row < columns.rows; row += 1) {
    yield {
      partition: columns.partition,
      offset: columns.offset[row] ?? 0,
      eventTimeMs: columns.eventTimeMs[row] ?? 0,
      id: id(row),
      antennaId: antennaId(row),
      bytes: columns.bytes[row] ?? 0,
      app: app(row),
    };
  }
}
