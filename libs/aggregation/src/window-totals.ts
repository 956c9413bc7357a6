import { type InternedEvent, TextTable } from '@antenna/event-schema';
import { FIVE_MINUTES, hourOf } from '@antenna/windowing';
import { ByteSum } from './byte-sum.ts';
import { CodeSet } from './code-set.ts';
import { SumRows } from './sum-rows.ts';
import { SumTable } from './sum-table.ts';
import { TextDictionary } from './text-dictionary.ts';
import { orderOf, type TextOrder } from './text-order.ts';
import { TotalColumns, type TotalGroup, type TotalType, UserHourColumns } from './total-columns.ts';

/** The types in the order in which rows are sorted. */
const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'] as const;

type ByType<T> = Record<TotalType, T>;

/** The sums of one window. */
interface Window {
  readonly startMs: number;
  readonly sums: ByType<SumTable>;
}

/**
 * What the codes of a type's sums stand for. While all ids of the type are of one interner's table, they are the codes of that
 * table, so that no text is copied and none is searched. Once the interner has started over, they are those of a dictionary.
 */
interface Codes {
  interned: TextTable | undefined;
  dictionary: TextDictionary | undefined;
}

/**
 * Bytes by user, antenna and app in windows of five minutes. The totals depend only on the added events, not on their
 * order. An event of 0 bytes has rows, too.
 */
export class WindowTotals {
  readonly #windows = new Map<number, Window>();
  readonly #codes: ByType<Codes> = byType(() => ({ interned: undefined, dictionary: undefined }));
  readonly #eventBytes = new ByteSum();
  #events = 0;
  /** The window of the previous event, which is usually the window of the next one. */
  #latest: Window | undefined;
  /** The sorted ids after so many events, which `rows` and `userHours` share. */
  #order: { readonly events: number; readonly byType: ByType<TextOrder> } | undefined;

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
    const user = this.#codeOf('user_total_bytes', interners.id.texts, idCode);
    const antenna = this.#codeOf('antenna_total_bytes', interners.antennaId.texts, antennaCode);
    const app = this.#codeOf('app_total_bytes', interners.app.texts, appCode);
    const { sums } = this.#windowAt(eventTimeMs);
    sums.user_total_bytes.add(user, bytes, eventTimeMs);
    sums.antenna_total_bytes.add(antenna, bytes, eventTimeMs);
    sums.app_total_bytes.add(app, bytes, eventTimeMs);
    this.#eventBytes.add(bytes);
    this.#events++;
  }

  /** Loads the sums of these users in the latest window into the processor's cache. @param idCodes are overwritten. */
  prefetch(idCodes: Int32Array): void {
    this.#latest?.sums.user_total_bytes.prefetch(idCodes);
  }

  /** Sorted by window, type and id (UTF-16 code units), so that all writers lock rows in the same order. */
  rows(): TotalColumns {
    const orders = this.#orders();
    const rows = new SumRows(this.keys);
    const groups: TotalGroup[] = [];
    let first = 0;
    for (const { startMs, sums } of this.#sortedWindows()) {
      for (const type of TYPES) {
        sums[type].writeTo(rows, first, orders[type]);
        groups.push({ windowStartMs: startMs, type, rows: sums[type].size, ids: textsOf(this.#codes[type]) });
        first += sums[type].size;
      }
    }
    return new TotalColumns(groups, rows);
  }

  /** Sorted by hour and id (UTF-16 code units). */
  userHours(): UserHourColumns {
    const order = this.#orders().user_total_bytes;
    const windows = Map.groupBy(this.#sortedWindows(), ({ startMs }) => hourOf(startMs));
    const hours = Array.from(windows, ([hourStartMs, ofHour]) => ({ hourStartMs, users: usersOf(ofHour) }));
    const rows = new SumRows(hours.reduce((total, { users }) => total + users.size, 0));
    let first = 0;
    for (const { users } of hours) {
      users.writeTo(rows, first, order);
      first += users.size;
    }
    const groups = hours.map(({ hourStartMs, users }) => ({ hourStartMs, rows: users.size }));
    return new UserHourColumns(groups, textsOf(this.#codes.user_total_bytes), rows);
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

  #codeOf(type: TotalType, interned: TextTable, code: number): number {
    return interned === this.#codes[type].interned ? code : this.#codeOfOther(type, interned, code);
  }

  /** The code of a text of the first table, or of another one than the first. */
  #codeOfOther(type: TotalType, interned: TextTable, code: number): number {
    const codes = this.#codes[type];
    const { interned: first, dictionary } = codes;
    if (dictionary !== undefined) return dictionary.codeOfInterned(interned, code);
    if (first === undefined) {
      codes.interned = interned;
      return code;
    }
    const mixed = new TextDictionary();
    for (const { sums } of this.#windows.values()) {
      sums[type] = sums[type].withCodes((firstCode) => mixed.codeOfInterned(first, firstCode));
    }
    codes.interned = undefined;
    codes.dictionary = mixed;
    return mixed.codeOfInterned(interned, code);
  }

  #orders(): ByType<TextOrder> {
    if (this.#order?.events !== this.#events) {
      this.#order = { events: this.#events, byType: byType((type) => this.#orderOf(type)) };
    }
    return this.#order.byType;
  }

  #orderOf(type: TotalType): TextOrder {
    const texts = textsOf(this.#codes[type]);
    const codes = new CodeSet(texts.length);
    for (const { sums } of this.#windows.values()) sums[type].addCodesTo(codes);
    return orderOf(texts, codes.values());
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

function textsOf({ interned, dictionary }: Codes): TextTable {
  return dictionary?.texts ?? interned ?? new TextTable();
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

function byType<T>(make: (type: TotalType) => T): ByType<T> {
  return {
    antenna_total_bytes: make('antenna_total_bytes'),
    app_total_bytes: make('app_total_bytes'),
    user_total_bytes: make('user_total_bytes'),
  };
}
