import { TextDictionary } from '@antenna/aggregation';
import type { InternedEvent } from '@antenna/event-schema';
import type { AntennaLateness } from '../ports/index.ts';

/** The greatest number of antennas with rows of their own. It is bounded, since a device may send any antenna's id. */
export const MAX_NAMED_ANTENNAS = 100;

/** The numbers of an antenna: events, late events, events ahead, least and greatest lateness in milliseconds. */
const WIDTH = 5;
const [EVENTS, LATE, AHEAD, LEAST_MS, GREATEST_MS] = [0, 1, 2, 3, 4];

/** Antennas that the first array has room for. */
const FIRST_ANTENNAS = 4;

/** A lateness that a double and JSON express exactly; a record's timestamp may be any 64-bit number. */
const MAX_MS = Number.MAX_SAFE_INTEGER;

/** The lateness of each antenna's events. All numbers lie in one array, and an event changes one cache line of it. */
export class AntennaCounts {
  readonly #ids = new TextDictionary();
  #cells = new Float64Array();
  #antennas = 0;

  add({ interners, antennaCode }: InternedEvent, latenessMs: number, isLate: boolean, isAhead: boolean): void {
    const antenna = this.#ids.codeOfInterned(interners.antennaId.texts, antennaCode);
    if (antenna === this.#antennas) this.#addAntenna();
    const cells = this.#cells;
    const at = antenna * WIDTH;
    cells[at] = (cells[at] ?? 0) + 1;
    if (isLate) cells[at + LATE] = (cells[at + LATE] ?? 0) + 1;
    else if (isAhead) cells[at + AHEAD] = (cells[at + AHEAD] ?? 0) + 1;
    if (latenessMs < (cells[at + LEAST_MS] ?? 0)) cells[at + LEAST_MS] = latenessMs;
    if (latenessMs > (cells[at + GREATEST_MS] ?? 0)) cells[at + GREATEST_MS] = latenessMs;
  }

  /** The antennas with late events or events ahead, by number of such events; beyond the bound, one row with no id. */
  rows(): readonly AntennaLateness[] {
    const off = Array.from({ length: this.#antennas }, (_, antenna) => this.#rowOf(antenna))
      .filter(({ lateEvents, aheadEvents }) => lateEvents + aheadEvents > 0)
      .sort((one, other) => offEvents(other) - offEvents(one) || (one.antennaId < other.antennaId ? -1 : 1));
    const rest = off.slice(MAX_NAMED_ANTENNAS);
    return rest.length === 0 ? off : [...off.slice(0, MAX_NAMED_ANTENNAS), rest.reduce(merged, UNNAMED)];
  }

  #rowOf(antenna: number): AntennaLateness {
    const cell = (part: number) => this.#cells[antenna * WIDTH + part] ?? 0;
    return {
      antennaId: this.#ids.texts.textAt(antenna),
      events: cell(EVENTS),
      lateEvents: cell(LATE),
      aheadEvents: cell(AHEAD),
      leastMs: Math.min(cell(LEAST_MS), MAX_MS),
      greatestMs: Math.min(cell(GREATEST_MS), MAX_MS),
    };
  }

  #addAntenna(): void {
    const at = this.#antennas * WIDTH;
    if (at === this.#cells.length) {
      const larger = new Float64Array(Math.max(FIRST_ANTENNAS * WIDTH, 2 * at));
      larger.set(this.#cells);
      this.#cells = larger;
    }
    this.#cells[at + LEAST_MS] = Infinity;
    this.#cells[at + GREATEST_MS] = -Infinity;
    this.#antennas += 1;
  }
}

function offEvents({ lateEvents, aheadEvents }: AntennaLateness): number {
  return lateEvents + aheadEvents;
}

/** The row without an id, before an antenna is added. */
const UNNAMED: AntennaLateness = {
  antennaId: '',
  events: 0,
  lateEvents: 0,
  aheadEvents: 0,
  leastMs: Infinity,
  greatestMs: -Infinity,
};

function merged(one: AntennaLateness, other: AntennaLateness): AntennaLateness {
  return {
    antennaId: '',
    events: one.events + other.events,
    lateEvents: one.lateEvents + other.lateEvents,
    aheadEvents: one.aheadEvents + other.aheadEvents,
    leastMs: Math.min(one.leastMs, other.leastMs),
    greatestMs: Math.max(one.greatestMs, other.greatestMs),
  };
}
