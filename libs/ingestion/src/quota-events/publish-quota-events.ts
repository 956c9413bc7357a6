import type { QuotaState } from '@antenna/quota';

/** A report of a user's hour (libs/quota), as it is stored and sent. */
export interface QuotaEvent {
  /** Ascends in the order in which the events of a user were found. */
  readonly number: number;
  readonly userId: string;
  /** Counts the events of the user: 1, 2, 3, … */
  readonly sequence: number;
  /** Start of the hour. All times of this type are milliseconds since 1970. */
  readonly hourMs: number;
  readonly state: QuotaState;
  /** Bytes of the user in the hour, as of the transaction that found the event. */
  readonly usage: bigint;
  /** Bytes that the user may use in an hour. */
  readonly quota: bigint;
  /** Greatest event time of the user's events of the hour; undefined for the batch layer's verdicts. */
  readonly eventTimeMs: number | undefined;
  /** The revision of the hour that the batch layer computed; undefined for events of the stream. */
  readonly revision: number | undefined;
  /** When the event was found, by the clock of the database. */
  readonly seenAtMs: number;
}

/** The stored events, and the lease that makes one worker their publisher. */
export interface QuotaEventQueue {
  /**
   * The oldest unsent events, those of each user in order and without a gap. Takes or renews the lease.
   * @returns undefined while another worker is the publisher.
   */
  take(most: number): Promise<readonly QuotaEvent[] | undefined>;
  /** Marks the events as sent. Idempotent. */
  noteSent(events: readonly QuotaEvent[]): Promise<void>;
  /** Ends the lease, so that another worker can become the publisher at once. */
  leave(): Promise<void>;
}

export interface QuotaEventSender {
  /** Sends the events, those of each user in order. Resolves when all are stored; after a failure, some may be stored. */
  send(events: readonly QuotaEvent[]): Promise<void>;
}

/**
 * Sends the oldest unsent events, then marks them as sent: a failure or a crash at any moment leads to a second send,
 * never to a gap. A publisher that was taken for dead sends at most the events that it had taken; its successor sends
 * these too, with all earlier ones of their users before them. So the first occurrences of a user's events are in order.
 * @returns the events that were sent; undefined when another worker is the publisher.
 */
export async function publishQuotaEvents(
  { queue, sender }: { readonly queue: QuotaEventQueue; readonly sender: QuotaEventSender },
  most: number,
): Promise<readonly QuotaEvent[] | undefined> {
  const events = await queue.take(most);
  if (events === undefined || events.length === 0) return events;
  await sender.send(events);
  await queue.noteSent(events);
  return events;
}
