import type { FoundDeadLetter } from './find-dead-letters.ts';
import type { RecordSender, ReplayLedger, SendOutcome } from './ports.ts';

/** The result of a request to send a dead letter again. */
export type ReplayResult =
  | SendOutcome
  /** It was sent before, or may have been. `letter.replay` holds the attempt, unless it began after the search. */
  | { readonly kind: 'done before' }
  /** The record is known only in part. */
  | { readonly kind: 'incomplete' };

interface ReplayParts {
  readonly ledger: ReplayLedger;
  readonly sender: RecordSender;
  /** Repeats the recording of an outcome while the database is unreachable; otherwise the outcome would be lost. */
  readonly persist: (operation: () => Promise<void>) => Promise<void>;
  /** The operator, recorded with each attempt. */
  readonly by: string;
}

/**
 * Sends a dead letter through the topic again, at most once ever. The ledger records the attempt before the send and
 * the outcome after it. A crash in between leaves an attempt of unknown outcome, which is never repeated.
 */
export async function replay(
  letter: FoundDeadLetter,
  { ledger, sender, persist, by }: ReplayParts,
): Promise<ReplayResult> {
  const { partition, offset, key, value } = letter;
  const isDone = letter.replay !== undefined && letter.replay.outcome !== 'refused';
  if (isDone) return { kind: 'done before' };
  if (!letter.isComplete) return { kind: 'incomplete' };
  const place = { partition, offset };
  if (!(await ledger.begin(place, by))) return { kind: 'done before' };
  const outcome = await sender.send(place, { key, value });
  await persist(() => ledger.end(place, outcome));
  return outcome;
}
