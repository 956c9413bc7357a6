import { BOUNDS_OF_USERS, freeIfLarge, type InternedEvent, isNearlyFull, TextTable } from '@antenna/event-schema';
import { FIVE_MINUTES, hourOf } from '@antenna/windowing';
import { ByteSum } from './byte-sum.ts';
import { CodeSet } from './code-set.ts';
import { SortedSums } from './sorted-sums.ts';
import { SumTable } from './sum-table.ts';
import { TextDictionary } from './text-dictionary.ts';
import { orderOf, type TextOrder } from './text-order.ts';
import { TotalColumns, type TotalGroup, type TotalType, UserHourColumns, type UserHourGroup } from './total-columns.ts';

/** The types in the order in which rows are sorted. */
const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'] as const;

type ByType<T> = Record<TotalType, T>;

/** The sums of one window. */
interface Window {
  readonly startMs: number;
  /** The start of the hour of its events, milliseconds since 1970. */
  readonly hourStartMs: number;
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

/** The rows of a commit. */
export interface TotalRows {
  /** Sorted by window, type and id (UTF-16 code units). */
  readonly totals: TotalColumns;
  /** Sorted by hour and id (UTF-16 code units). */
  readonly userHours: UserHourColumns;
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

  /** Number of rows of antennas and apps. */
  get otherKeys(): number {
    let keys = 0;
    for (const { sums } of this.#windows.values()) keys += sums.antenna_total_bytes.size + sums.app_total_bytes.size;
    return keys;
  }

  /** Number of rows in the window of the last event. */
  get latestKeys(): number {
    return this.#latest === undefined ? 0 : keysOf(this.#latest);
  }

  /** Whether the interner of the users will soon be full and start over, after which their texts would have to be copied. */
  get isInternerNearlyFull(): boolean {
    const { interned } = this.#codes.user_total_bytes;
    return interned !== undefined && isNearlyFull(interned, BOUNDS_OF_USERS);
  }

  /** Whether the users of these totals and those of other ones are in different tables of texts, both of which memory holds. */
  hasOtherUserTexts(totals: WindowTotals): boolean {
    const [mine, theirs] = [this, totals].map((each) => each.#codes.user_total_bytes.interned);
    return theirs !== undefined && mine !== theirs;
  }

  /** Bytes of the texts that had to be copied, since an interner has started over. */
  get copiedBytes(): number {
    return TYPES.reduce((total, type) => total + (this.#codes[type].dictionary?.texts.sizeBytes ?? 0), 0);
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
    const { sums, hourStartMs } = this.#windowAt(eventTimeMs);
    const sinceMs = eventTimeMs - hourStartMs;
    sums.user_total_bytes.add(user, bytes, sinceMs);
    sums.antenna_total_bytes.add(antenna, bytes, sinceMs);
    sums.app_total_bytes.add(app, bytes, sinceMs);
    this.#eventBytes.add(bytes);
    this.#events++;
  }

  /** Loads the sums of these users in the latest window into the processor's cache. @param idCodes are overwritten. */
  prefetch(idCodes: Int32Array): void {
    this.#latest?.sums.user_total_bytes.prefetch(idCodes);
  }

  /**
   * All rows, so sorted that all writers lock rows in the same order. They are read from the totals when they are used: until
   * then nothing may be added or freed.
   */
  rows(): TotalRows {
    const orders = byType((type) => this.#orderOf(type));
    const windows = this.#sortedWindows().map(({ startMs, hourStartMs, sums }) => ({
      startMs,
      hourStartMs,
      sums: byType((type) => this.#sorted(type, [sums[type]], orders[type])),
      users: sums.user_total_bytes,
    }));
    const groups = windows.flatMap(({ startMs, sums }) =>
      TYPES.map((type): TotalGroup => ({
        windowStartMs: startMs,
        type,
        sums: sums[type],
        ids: textsOf(this.#codes[type]),
      })),
    );
    const hours = Array.from(
      Map.groupBy(windows, ({ hourStartMs }) => hourStartMs),
      ([hourStartMs, ofHour]): UserHourGroup => ({
        hourStartMs,
        sums: this.#sorted(
          'user_total_bytes',
          ofHour.map(({ users }) => users),
          orders.user_total_bytes,
        ),
      }),
    );
    return {
      totals: new TotalColumns(groups),
      userHours: new UserHourColumns(hours, textsOf(this.#codes.user_total_bytes)),
    };
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

  /** The order of all texts of a type. */
  #orderOf(type: TotalType): TextOrder {
    const tables = Array.from(this.#windows.values(), ({ sums }) => sums[type]);
    return this.#withCodesOf(type, tables, (codes) => orderOf(textsOf(this.#codes[type]), codes));
  }

  /** What some tables of a type have together, in this order of their texts. */
  #sorted(type: TotalType, tables: readonly SumTable[], order: TextOrder): SortedSums {
    return new SortedSums(
      tables,
      this.#withCodesOf(type, tables, (codes) => order.sorted(codes)),
    );
  }

  /** @param use gets the codes that any of the tables has a sum for. They are freed afterwards, so it may not keep them. */
  #withCodesOf<T>(type: TotalType, tables: readonly SumTable[], use: (codes: Int32Array) => T): T {
    const [only, ...others] = tables;
    if (only !== undefined && others.length === 0) {
      const codes = only.codes();
      const result = use(codes);
      freeIfLarge(codes);
      return result;
    }
    const union = new CodeSet(textsOf(this.#codes[type]).length);
    for (const table of tables) union.addAll(table.codes());
    const result = use(union.values());
    union.free();
    return result;
  }

  #windowAt(timeMs: number): Window {
    const latest = this.#latest;
    if (latest !== undefined && timeMs >= latest.startMs && timeMs < latest.startMs + FIVE_MINUTES.sizeMs)
      return latest;
    const startMs = FIVE_MINUTES.startOf(timeMs);
    const window = this.#windows.get(startMs) ?? newWindow(startMs);
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

function newWindow(startMs: number): Window {
  const hourStartMs = hourOf(startMs);
  return { startMs, hourStartMs, sums: byType(() => new SumTable(hourStartMs)) };
}

function byType<T>(make: (type: TotalType) => T): ByType<T> {
  return {
    antenna_total_bytes: make('antenna_total_bytes'),
    app_total_bytes: make('app_total_bytes'),
    user_total_bytes: make('user_total_bytes'),
  };
}
