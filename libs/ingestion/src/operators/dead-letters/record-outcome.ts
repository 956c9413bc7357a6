import { decode, type RejectionReason } from '@antenna/event-schema';
import type { Sink } from '../../ports/index.ts';
import type { RecordPlace, RecordReader, ReplayLedger } from './ports.ts';

/** What the workers did with a dead letter that was sent again. */
export type RecordOutcome =
  | { readonly kind: 'waiting' }
  /** The record is an event, and the named sinks hold it; the totals are always among them. */
  | { readonly kind: 'counted'; readonly passedBy: readonly Sink[] }
  | { readonly kind: 'dead letter'; readonly reason: RejectionReason }
  /** The record lies in a range of dead letters, and the topic does not hold it any more. */
  | { readonly kind: 'not known' };

/**
 * Looks up what the workers did with a record. It reads the topic only if the record lies in a range of dead letters.
 */
export async function outcomeOf(
  place: RecordPlace,
  { ledger, reader }: { readonly ledger: ReplayLedger; readonly reader: RecordReader },
): Promise<RecordOutcome> {
  const { passedBy, reason, isInRange } = await ledger.outcomeOf(place);
  if (!passedBy.includes('totals')) return { kind: 'waiting' };
  if (reason !== undefined) return { kind: 'dead letter', reason };
  if (!isInRange) return { kind: 'counted', passedBy };
  let outcome: RecordOutcome = { kind: 'not known' };
  const { partition, offset } = place;
  await reader.read({ partition, firstOffset: offset, lastOffset: offset }, ({ value, timestampMs }) => {
    const decoded = decode(value, timestampMs);
    outcome = decoded.ok ? { kind: 'counted', passedBy } : { kind: 'dead letter', reason: decoded.reason };
    return false;
  });
  return outcome;
}
