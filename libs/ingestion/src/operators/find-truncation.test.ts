import { type EventsByOffset, findTruncation, type TruncatedLog } from './find-truncation.ts';

/** Events at the offsets from 0 on: one letter each, a blank for a record that is no event. */
const events = (letters: string): EventsByOffset =>
  new Map(Array.from(letters).flatMap((letter, offset) => (letter === ' ' ? [] : [[offset, letter] as const])));

interface Case extends Partial<TruncatedLog> {
  /** What was read and archived, and what the log holds now. */
  readonly archived: string;
  readonly held: string;
  /** Where chunks end. */
  readonly ends?: readonly number[];
}

function find({ archived, held, ends = [archived.length], ...log }: Case) {
  const chunks = ends.map((endOffset, index) => ({ startOffset: ends[index - 1] ?? 0, endOffset })).reverse();
  const within = (letters: string, from: number, to: number) =>
    new Map([...events(letters)].filter(([offset]) => offset >= from && offset < to));
  const whole = { earliest: 0, latest: held.length, readTo: archived.length, seen: [], chunks, ...log };
  return findTruncation(whole, (_chunk, from, to) =>
    Promise.resolve({ archived: within(archived, from, to), held: within(held, from, to) }),
  );
}

describe('the offset from which a log is not the one that was read', () => {
  it('is none while all that was read is there', async () => {
    expect(await find({ archived: 'abcd', held: 'abcdef' })).toBeUndefined();
  });

  // archived  a b c d
  // held      a b x y z
  it('is where the first event differs', async () => {
    expect(await find({ archived: 'abcd', held: 'abxyz' })).toEqual({ from: 2, to: 2 });
  });

  it('is the end of a log that ends before what is archived', async () => {
    expect(await find({ archived: 'abcd', held: 'abc' })).toEqual({ from: 3, to: 3 });
  });

  it('is found in an older chunk when the newest is another as a whole', async () => {
    expect(await find({ archived: 'abcdef', held: 'abxyzw', ends: [3, 6] })).toEqual({ from: 2, to: 2 });
  });

  it('is the oldest offset when nothing is the same', async () => {
    expect(await find({ archived: 'abcd', held: 'wxyz', ends: [2, 4], earliest: 1 })).toEqual({ from: 1, to: 1 });
  });

  // archived  a b . . c
  // held      a b . . x      . is no event
  it('is after the last event that is the same, since records in between are no events of either', async () => {
    expect(await find({ archived: 'ab  c', held: 'ab  x' })).toEqual({ from: 2, to: 2 });
  });

  it('is taken for no later than an event that was not archived because it was not there', async () => {
    expect(await find({ archived: 'ab  c', held: 'ab xc' })).toEqual({ from: 2, to: 2 });
  });

  describe('beyond what is archived', () => {
    it('is the end of the log when that is where the archive ends', async () => {
      expect(await find({ archived: 'ab', held: 'ab', readTo: 4 })).toEqual({ from: 2, to: 2 });
    });

    it('is known only to lie between the archive and the end of the log', async () => {
      expect(await find({ archived: 'ab', held: 'abxy', readTo: 9 })).toEqual({ from: 2, to: 4 });
    });

    it('lies after a record that is still there, and not after one that is not', async () => {
      const seen = [
        { offset: 2, isThere: true },
        { offset: 5, isThere: false },
      ];
      expect(await find({ archived: 'ab', held: 'abcdefgh', readTo: 6, seen })).toEqual({ from: 3, to: 5 });
    });

    it('may be anywhere without an archive', async () => {
      expect(await find({ archived: '', held: 'abcd', ends: [], readTo: 9 })).toEqual({ from: 0, to: 4 });
    });
  });
});
