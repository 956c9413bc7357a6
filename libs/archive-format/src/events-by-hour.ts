import type { InternedEvent } from '@antenna/event-schema';
import { hourOf, ONE_HOUR } from '@antenna/windowing';
import { type EventColumns, EventColumnsBuilder } from './event-columns.ts';

/** The events of one hour. */
interface EventsOfHour {
  readonly hourMs: number;
  readonly events: EventColumnsBuilder;
}

/** Collects the events of one partition in columns, for each hour of their event time. */
export class EventsByHour {
  readonly #partition: number;
  /** By hours since 1970: a map finds small integers in half the time of milliseconds. */
  readonly #hours = new Map<number, EventsOfHour>();
  #rows = 0;
  /** The hour of the event before, which is nearly always that of the next one. */
  #latest: EventsOfHour | undefined;

  constructor(partition: number) {
    this.#partition = partition;
  }

  /** Number of events. */
  get rows(): number {
    return this.#rows;
  }

  /** Number of hours with events. */
  get hours(): number {
    return this.#hours.size;
  }

  /** Whether the hour of this event time has events. */
  has(eventTimeMs: number): boolean {
    return isIn(this.#latest, eventTimeMs) || this.#hours.has(hourOf(eventTimeMs) / ONE_HOUR.sizeMs);
  }

  /** Offsets have to be appended in ascending order. */
  append(offset: number, event: InternedEvent): void {
    const hour = isIn(this.#latest, event.eventTimeMs) ? this.#latest : this.#enter(hourOf(event.eventTimeMs));
    hour.events.append(offset, event);
    this.#rows += 1;
  }

  /**
   * The columns by the start of their hour (milliseconds since 1970), the hours in ascending order. They are good until the
   * next event is appended.
   */
  build(): ReadonlyMap<number, EventColumns> {
    const sorted = [...this.#hours.values()].sort((one, other) => one.hourMs - other.hourMs);
    return new Map(sorted.map(({ hourMs, events }) => [hourMs, events.build()]));
  }

  #enter(hourMs: number): EventsOfHour {
    const hour = hourMs / ONE_HOUR.sizeMs;
    const entered = this.#hours.get(hour) ?? { hourMs, events: new EventColumnsBuilder(this.#partition) };
    this.#hours.set(hour, entered);
    this.#latest = entered;
    return entered;
  }
}

function isIn(hour: EventsOfHour | undefined, timeMs: number): hour is EventsOfHour {
  return hour !== undefined && timeMs >= hour.hourMs && timeMs < hour.hourMs + ONE_HOUR.sizeMs;
}
