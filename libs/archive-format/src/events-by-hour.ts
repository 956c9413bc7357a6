import type { InternedEvent } from '@antenna/event-schema';
import { hourOf, ONE_HOUR } from '@antenna/windowing';
import { type EventColumns, EventColumnsBuilder } from './event-columns.ts';

/** The events of one hour. */
interface EventsOfHour {
  readonly hourMs: number;
  readonly events: EventColumnsBuilder;
}

/** Collects the events of one partition by the hour of their event time, those of each hour in columns. */
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

  /** Number of events that were appended. */
  get rows(): number {
    return this.#rows;
  }

  /** Number of hours with events. */
  get hourCount(): number {
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

  /** The starts of the hours with events (milliseconds since 1970), in ascending order. */
  hours(): readonly number[] {
    return Array.from(this.#hours.values(), ({ hourMs }) => hourMs).sort((one, other) => one - other);
  }

  /**
   * Takes the events of an hour out of the collection, as columns. Each hour has its own copy of its texts, so that memory
   * holds only those of the hours that are being written. Nothing can be appended afterwards.
   * @throws {RangeError} when the hour has no events, or they were taken.
   */
  take(hourMs: number): EventColumns {
    const hour = this.#hours.get(hourMs / ONE_HOUR.sizeMs);
    if (hour === undefined) throw new RangeError(`no events of the hour ${hourMs}`);
    this.#hours.delete(hourMs / ONE_HOUR.sizeMs);
    return hour.events.build();
  }

  /** Takes the events of all hours, by the start of their hour, in ascending order. */
  takeAll(): ReadonlyMap<number, EventColumns> {
    return new Map(this.hours().map((hourMs) => [hourMs, this.take(hourMs)]));
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
