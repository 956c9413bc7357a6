import type {
  DeadLetterFilter,
  DeadLetterStore,
  ListedDeadLetters,
  OffsetSpan,
  RecordPlace,
  Replay,
  ReplayLedger,
  SendOutcome,
  StoredDeadLetters,
  StoredOutcome,
  WholeDeadLetter,
} from '@antenna/ingestion';
import type { Knex } from 'knex';
import { functionAnswer } from './call-function.ts';
import { BEGIN_REPLAY, END_REPLAY, FIND_DEAD_LETTERS, LIST_DEAD_LETTERS, RECORD_OUTCOME } from './sql/operator.sql.ts';

/** Dead letters in Postgres and their replays. Each method is one function call with the rights of an operator. */
export class PostgresDeadLetterStore implements DeadLetterStore, ReplayLedger {
  readonly #database: Knex;
  readonly #topic: string;
  readonly #clusterId: string | undefined;

  /** @param clusterId the cluster to which replays are sent; without it `begin` throws. */
  constructor(database: Knex, topic: string, clusterId?: string) {
    this.#database = database;
    this.#topic = topic;
    this.#clusterId = clusterId;
  }

  async list({ reason, partition, fromMs, toMs, most }: DeadLetterFilter): Promise<readonly ListedDeadLetters[]> {
    const parameters = { reason: reason ?? null, partition: partition ?? null, fromMs: fromMs ?? null, most };
    const rows = await this.#call<Nullable<ListedDeadLetters>[]>(LIST_DEAD_LETTERS, {
      ...parameters,
      toMs: toMs ?? null,
    });
    return rows.map((row) => ({ ...defined(row), replay: row.replay === null ? undefined : defined(row.replay) }));
  }

  async find(span: OffsetSpan): Promise<StoredDeadLetters> {
    const { whole, ranges, replays } = await this.#call<FoundJson>(FIND_DEAD_LETTERS, { ...span });
    return {
      whole: whole.map(({ key, payload, ...letter }) => ({
        ...defined<Omit<WholeDeadLetter, 'key' | 'payload'>>(letter),
        key: bytesOf(key),
        payload: bytesOf(payload),
      })),
      ranges,
      replays: new Map(Object.entries(replays).map(([offset, replay]) => [Number(offset), defined(replay)])),
    };
  }

  async begin(place: RecordPlace, by: string): Promise<boolean> {
    if (this.#clusterId === undefined) throw new TypeError('no cluster to send to');
    return this.#call<boolean>(BEGIN_REPLAY, { ...place, by, clusterId: this.#clusterId });
  }

  async end(place: RecordPlace, sent: SendOutcome): Promise<void> {
    await this.#call(END_REPLAY, {
      ...place,
      outcome: sent.kind,
      newOffset: sent.kind === 'sent' ? sent.newOffset : null,
      detail: sent.kind === 'sent' ? null : sent.detail,
    });
  }

  async outcomeOf(place: RecordPlace): Promise<StoredOutcome> {
    return defined(await this.#call<Nullable<StoredOutcome>>(RECORD_OUTCOME, { ...place }));
  }

  async #call<Answer>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Answer> {
    return functionAnswer<Answer>(this.#database, statement, { topic: this.#topic, ...parameters });
  }
}

/** The JSON form of T, with null in place of undefined. */
type Nullable<T> = {
  readonly [Key in keyof T]: undefined extends T[Key] ? Nullable<Exclude<T[Key], undefined>> | null : T[Key];
};

interface FoundJson {
  readonly whole: readonly (Nullable<Omit<WholeDeadLetter, 'key' | 'payload'>> & {
    readonly key: string | null;
    readonly payload: string | null;
  })[];
  readonly ranges: StoredDeadLetters['ranges'];
  readonly replays: Readonly<Record<string, Nullable<Replay>>>;
}

function bytesOf(base64: string | null): Uint8Array | null {
  return base64 === null ? null : Buffer.from(base64, 'base64');
}

function defined<T>(json: Nullable<T>): T {
  // The functions of schema pipeline return the fields of T, with null where T has undefined.
  return Object.fromEntries(Object.entries(json).map(([field, value]) => [field, value ?? undefined])) as T;
}
