import type { InternedEvent } from '@antenna/event-schema';
import { FIVE_MINUTES, hourOf } from '@antenna/windowing';
import { ByteSum } from './byte-sum.ts';
import { SumRows } from './sum-rows.ts';
import { SumTable } from './sum-table.ts';
import { TextDictionary } from './text-dictionary.ts';
import { TotalColumns, type TotalGroup, UserHourColumns } from './total-columns.ts';

/** The types in the order in which rows are sorted. */
const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'] as const;

type ByType<T> = Readonly<Record<(typeof TYPES)[number], T>>;

/** The sums of one window. */
interface Window {
  readonly startMs: number;
  readonly sums: ByType<SumTable>;
}

/**
 * Bytes by user, antenna and app in windows of five minutes. The totals depend only on the added events, not on their
 * order. An event of 0 bytes has rows, too.
 */
export class WindowTotals {
  readonly #windows = new Map<number, Window>();
  readonly #ids: ByType<TextDictionary> = byType(() => new TextDictionary());
  readonly #eventBytes = new ByteSum();
  #events = 0;
  /** The window of the previous event, which is usually the window of the next one. */
  #latest: Window | undefined;

  /** Number of events added. */
  get events(): number {
    return this.#events;
  }

  /** Number of rows: distinct (window, type, id). */
  get keys(): number {
    let keys = 0;
    for (const window of this.#windows.values()) keys += keysOf(window);
    return keys;
  }

  /** Number of rows in the window of the last event. */
  get latestKeys(): number {
    return this.#latest === undefined ? 0 : keysOf(this.#latest);
  }

  get windows(): number {
    return this.#windows.size;
  }

  /** Sum of all events' bytes. */
  get eventBytes(): bigint {
    return this.#eventBytes.value();
  }

  add({ eventTimeMs, bytes, interners, idCode, antennaCode, appCode }: InternedEvent): void {
    const { sums } = this.#windowAt(eventTimeMs);
    const { user_total_bytes: users, antenna_total_bytes: antennas, app_total_bytes: apps } = this.#ids;
    sums.user_total_bytes.add(users.codeOfInterned(interners.id.texts, idCode), bytes, eventTimeMs);
    sums.antenna_total_bytes.add(antennas.codeOfInterned(interners.antennaId.texts, antennaCode), bytes, eventTimeMs);
    sums.app_total_bytes.add(apps.codeOfInterned(interners.app.texts, appCode), bytes, eventTimeMs);
    this.#eventBytes.add(bytes);
    this.#events++;
  }

  /** Sorted by window, type and id (UTF-16 code units), so that all writers lock rows in the same order. */
  rows(): TotalColumns {
    const places = byType((type) => this.#ids[type].places());
    const rows = new SumRows(this.keys);
    const groups: TotalGroup[] = [];
    let first = 0;
    for (const { startMs, sums } of this.#sortedWindows()) {
      for (const type of TYPES) {
        sums[type].writeTo(rows, first, places[type]);
        groups.push({ windowStartMs: startMs, type, rows: sums[type].size, ids: this.#ids[type].texts });
        first += sums[type].size;
      }
    }
    return new TotalColumns(groups, rows);
  }

  /** Sorted by hour and id (UTF-16 code units). */
  userHours(): UserHourColumns {
    const { user_total_bytes: ids } = this.#ids;
    const places = ids.places();
    const windows = Map.groupBy(this.#sortedWindows(), ({ startMs }) => hourOf(startMs));
    const hours = Array.from(windows, ([hourStartMs, ofHour]) => ({ hourStartMs, users: usersOf(ofHour) }));
    const rows = new SumRows(hours.reduce((total, { users }) => total + users.size, 0));
    let first = 0;
    for (const { users } of hours) {
      users.writeTo(rows, first, places);
      first += users.size;
    }
    const groups = hours.map(({ hourStartMs, users }) => ({ hourStartMs, rows: users.size }));
    return new UserHourColumns(groups, ids.texts, rows);
  }

  /**
   * Frees the memory of the sums at once, after which nothing can be added or read: the garbage collector does not see how
   * large they are.
   */
  free(): void {
    for (const { sums } of this.#windows.values()) for (const type of TYPES) sums[type].free();
    this.#windows.clear();
    this.#latest = undefined;
  }

  #windowAt(timeMs: number): Window {
    const latest = this.#latest;
    if (latest !== undefined && timeMs >= latest.startMs && timeMs < latest.startMs + FIVE_MINUTES.sizeMs)
      return latest;
    const startMs = FIVE_MINUTES.startOf(timeMs);
    const window = this.#windows.get(startMs) ?? { startMs, sums: byType(() => new SumTable()) };
    this.#windows.set(startMs, window);
    this.#latest = window;
    return window;
  }

  #sortedWindows(): Window[] {
    return Array.from(this.#windows.values()).sort((one, other) => one.startMs - other.startMs);
  }
}

function keysOf({ sums }: Window): number {
  return sums.antenna_total_bytes.size + sums.app_total_bytes.size + sums.user_total_bytes.size;
}

/** The users of several windows in one table. It begins as a copy of the largest one, which it hardly outgrows. */
function usersOf(windows: readonly Window[]): SumTable {
  const [largest = new SumTable(), ...others] = windows
    .map(({ sums }) => sums.user_total_bytes)
    .sort((one, other) => other.size - one.size);
  if (others.length === 0) return largest;
  const users = largest.copy();
  for (const other of others) users.merge(other);
  return users;
}

function byType<T>(make: (type: (typeof TYPES)[number]) => T): ByType<T> {
  return {
    antenna_total_bytes: make('antenna_total_bytes'),
    app_total_bytes: make('app_total_bytes'),
    user_total_bytes: make('user_total_bytes'),
  };
}
