import type { QuotaEvent, QuotaEventQueue } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { arrayOfNumbers } from './binary-array.ts';
import { answerOf, callFunction, type Json } from './call-function.ts';
import {
  LEAVE_QUOTA_PUBLISHER,
  NOTE_QUOTA_EVENTS_SENT,
  TAKE_QUOTA_EVENTS,
  UNSENT_QUOTA_EVENTS,
} from './sql/quota-events.sql.ts';

/** How long the other workers wait after the last call of a publisher before one of them replaces it. */
const LEASE_MS = 10_000;

/** The quota events that are not sent yet. */
export interface UnsentQuotaEvents {
  /** Counted up to 100,000. */
  readonly events: number;
  /** How long the oldest has waited. */
  readonly waitingMs: number;
}

/** The quota events in Postgres, and the lease of their publisher. */
export class PostgresQuotaEventQueue implements QuotaEventQueue {
  readonly #database: Knex;
  readonly #owner: string;

  /** @param owner the name of this publisher. No other publisher may have the same name, not even a later one. */
  constructor(database: Knex, owner: string) {
    this.#database = database;
    this.#owner = owner;
  }

  async take(most: number): Promise<readonly QuotaEvent[] | undefined> {
    const parameters = { owner: this.#owner, leaseMs: LEASE_MS, most };
    const taken = await answerOf<readonly StoredQuotaEvent[] | null>(this.#database, TAKE_QUOTA_EVENTS, parameters);
    return taken?.map(quotaEventOf);
  }

  async noteSent(events: readonly QuotaEvent[]): Promise<void> {
    const numbers = arrayOfNumbers(events.map(({ number }) => number));
    await callFunction(this.#database, NOTE_QUOTA_EVENTS_SENT, { numbers });
  }

  async leave(): Promise<void> {
    await callFunction(this.#database, LEAVE_QUOTA_PUBLISHER, { owner: this.#owner });
  }

  /** Counts the events of all users, also while another worker is the publisher. */
  unsent(): Promise<UnsentQuotaEvents> {
    return answerOf(this.#database, UNSENT_QUOTA_EVENTS, {});
  }
}

type StoredQuotaEvent = Json<QuotaEvent, 'usage' | 'quota', 'eventTimeMs' | 'revision'>;

function quotaEventOf({ usage, quota, eventTimeMs, revision, ...event }: StoredQuotaEvent): QuotaEvent {
  return {
    ...event,
    usage: BigInt(usage),
    quota: BigInt(quota),
    eventTimeMs: eventTimeMs ?? undefined,
    revision: revision ?? undefined,
  };
}
