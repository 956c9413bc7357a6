import type { RejectionReason, UsageEvent } from '@antenna/event-schema';
import type { KeyedRow } from './compare-rows.ts';
import { quotaText, totalsKey } from './table-rows.ts';

/** What is true of a record: the event that it was written from, or why it is none. */
export type Fact = UsageEvent | RejectionReason;

/** The quota of a row of `user_metadata`. */
export interface QuotaUser {
  readonly id: string;
  readonly email: string | null;
  readonly quota: bigint;
}

/** All that a truth keeps. */
export interface TruthParts {
  readonly events: number;
  readonly windows: Iterable<KeyedRow<bigint>>;
  readonly hours: Iterable<KeyedRow<bigint>>;
  readonly deadLetters: Iterable<readonly [RejectionReason, number]>;
}

const USER = 'user_total_bytes';

/** The id of all persons who were erased. They have one row of totals together, and no quota. */
export const ERASED = '';

/**
 * The answer that the tables have to give, found in the plainest way: one addition after the other, with windows cut
 * from the text of the time. It shares no code with what it judges, and is slow.
 */
export class Truth {
  #events: number;
  readonly #windows: Map<string, bigint>;
  readonly #hours: Map<string, bigint>;
  readonly #deadLetters: Map<RejectionReason, number>;

  constructor(parts: TruthParts = { events: 0, windows: [], hours: [], deadLetters: [] }) {
    this.#events = parts.events;
    this.#windows = new Map(parts.windows);
    this.#hours = new Map(parts.hours);
    this.#deadLetters = new Map(parts.deadLetters);
  }

  /** Counts an event; one that is added twice counts twice. */
  add(event: UsageEvent): void {
    const time = new Date(event.eventTimeMs).toISOString();
    this.#events++;
    addTotals(this.#windows, `${fiveMinutesText(time)}:00Z`, event);
    addTotals(this.#hours, `${time.slice(0, '2022-10-29T13'.length)}:00:00Z`, event);
  }

  /** Counts a record that is no event. */
  reject(reason: RejectionReason): void {
    this.#deadLetters.set(reason, (this.#deadLetters.get(reason) ?? 0) + 1);
  }

  /** Counts a record: an event or a dead letter. */
  addFact(fact: Fact): void {
    if (typeof fact === 'string') this.reject(fact);
    else this.add(fact);
  }

  get events(): number {
    return this.#events;
  }

  /** Number of dead letters by reason. */
  deadLetters(): ReadonlyMap<RejectionReason, number> {
    return this.#deadLetters;
  }

  /** Rows of `bytes`, by key. */
  windows(): ReadonlyMap<string, bigint> {
    return this.#windows;
  }

  /** Rows of `bytes_hourly`, by key; those of `user_total_bytes` are the users' usage. */
  hours(): ReadonlyMap<string, bigint> {
    return this.#hours;
  }

  /** Rows of `pipeline.user_hour_usage`, by the keys of `hours`. */
  userHours(): KeyedRow<bigint>[] {
    const isOfUser = (key: string, [, type, id] = key.split(' ')) => type === USER && id !== ERASED;
    return [...this.#hours].filter(([key]) => isOfUser(key));
  }

  /** Rows of `user_quota_limit` for these users. */
  overQuota(users: readonly QuotaUser[]): KeyedRow<string>[] {
    const rows: KeyedRow<string>[] = [];
    for (const hour of new Set(Array.from(this.#hours.keys(), (key) => key.slice(0, key.indexOf(' '))))) {
      for (const { id, email, quota } of users) {
        const usage = this.#hours.get(totalsKey(hour, USER, id));
        if (usage !== undefined && usage > quota) rows.push([`${hour} ${email ?? 'NULL'}`, quotaText(usage, quota)]);
      }
    }
    return rows;
  }
}

/** `2022-10-29T13:17:42.000Z` -> `2022-10-29T13:15` */
function fiveMinutesText(time: string): string {
  const minute = Number(time.slice('2022-10-29T13:'.length, '2022-10-29T13:17'.length));
  const start = minute - (minute % 5);
  return time.slice(0, '2022-10-29T13:'.length) + String(start).padStart(2, '0');
}

function addTotals(totals: Map<string, bigint>, start: string, { id, antennaId, app, bytes }: UsageEvent): void {
  const keys = [
    totalsKey(start, USER, id),
    totalsKey(start, 'antenna_total_bytes', antennaId),
    totalsKey(start, 'app_total_bytes', app),
  ];
  for (const key of keys) totals.set(key, (totals.get(key) ?? 0n) + BigInt(bytes));
}
