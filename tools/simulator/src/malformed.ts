import type { RejectionReason } from '@antenna/event-schema';
import { badRecordCorpus } from '@antenna/event-schema/corpus';
import type { Chance } from './chance.ts';

export interface Malformed {
  readonly value: Buffer | null;
  readonly reason: RejectionReason;
}

/** Longer ones would fill a request by themselves. */
const MAX_BYTES = 300;

/** Ahead of every clock: the corpus has those that are ahead of a certain record, and a simulated record is of now. */
const wrongClock: Malformed = {
  value: Buffer.from('{"timestamp":"9000-01-01T00:00:00Z","id":"1","antenna_id":"1","bytes":1,"app":"SKYPE"}'),
  reason: 'wrong_clock',
};

const corpus = badRecordCorpus.flatMap(({ value, expected }): Malformed[] => {
  const isUsable = typeof expected === 'string' && expected !== 'wrong_clock' && (value?.length ?? 0) <= MAX_BYTES;
  return isUsable ? [{ value: value === null ? null : Buffer.from(value), reason: expected }] : [];
});

const byReason = atLeastOne(
  Array.from(Map.groupBy([wrongClock, ...corpus], ({ reason }) => reason).values(), atLeastOne),
);

/** A record that is no event, for each reason as often as for any other. */
export function malformedRecord(chance: Chance): Malformed {
  return chance.oneOf(chance.oneOf(byReason));
}

function atLeastOne<T>([first, ...others]: readonly T[]): readonly [T, ...T[]] {
  if (first === undefined) throw new Error('the corpus of bad records is empty');
  return [first, ...others];
}
