import type { FoundDeadLetter } from './find-dead-letters.ts';
import type { RecordSender, ReplayLedger, SendOutcome } from './ports.ts';

/** What was done with one that was to be sent again. */
export type ReplayResult =
  | SendOutcome
  /** Somebody has sent it before, or may have: `letter.replay` tells, unless it was in this very moment. */
  | { readonly kind: 'done before' }
  /** Not all of the record can be found. */
  | { readonly kind: 'incomplete' };

interface ReplayParts {
  readonly ledger: ReplayLedger;
  readonly sender: RecordSender;
  /** Repeats the note of an outcome while the database is away: without it the outcome would be forgotten. */
  readonly persist: (operation: () => Promise<void>) => Promise<void>;
  /** Who does it; noted with each attempt. */
  readonly by: string;
}

/**
 * Sends a dead letter through the topic again, at most once ever: the attempt is noted before, the outcome after. What
 * dies in between leaves an attempt of unknown outcome, which nobody repeats.
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
