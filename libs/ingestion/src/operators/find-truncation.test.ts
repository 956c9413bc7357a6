import { type EventsByOffset, findTruncation, hiddenFrom, type TruncatedLog } from './find-truncation.ts';

/** Events at consecutive offsets from 0: one letter each, a blank for a record that is not an event. */
const events = (letters: string): EventsByOffset =>
  new Map(Array.from(letters).flatMap((letter, offset) => (letter === ' ' ? [] : [[offset, letter] as const])));

interface Case extends Partial<TruncatedLog> {
  /** The events that were read and archived, and the events that the log holds now. */
  readonly archived: string;
  readonly held: string;
  /** End offsets of the chunks (exclusive). */
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

describe('the offset from which a truncated log differs from the archive', () => {
  it('does not exist while the log holds all that was read', async () => {
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

  it('lies in an older chunk when the newest chunk differs as a whole', async () => {
    expect(await find({ archived: 'abcdef', held: 'abxyzw', ends: [3, 6] })).toEqual({ from: 2, to: 2 });
  });

  it('is the oldest offset when no event is equal', async () => {
    expect(await find({ archived: 'abcd', held: 'wxyz', ends: [2, 4], earliest: 1 })).toEqual({ from: 1, to: 1 });
  });

  // archived  a b . . c
  // held      a b . . x      . is not an event
  it('follows the last equal event, since neither side has an event in between', async () => {
    expect(await find({ archived: 'ab  c', held: 'ab  x' })).toEqual({ from: 2, to: 2 });
  });

  it('is not behind an event that the log holds and the archive lacks', async () => {
    expect(await find({ archived: 'ab  c', held: 'ab xc' })).toEqual({ from: 2, to: 2 });
  });

  describe('beyond what is archived', () => {
    // totals read to 6: the last record at 3, only control records behind it; the log holds a record at 5 now
    it('follows the last seen record when the log now holds a record at an offset where none was seen', async () => {
      const log = { readTo: 6, latest: 8, seen: [{ offset: 3, isThere: true, unseen: 5 }] };
      expect(await find({ archived: 'ab', held: 'ab', ...log })).toEqual({ from: 4, to: 4 });
    });

    it('may be before the last seen record when the log no longer holds that record either', async () => {
      const log = { readTo: 6, latest: 8, seen: [{ offset: 4, isThere: false, unseen: 5 }] };
      expect(await find({ archived: 'ab', held: 'ab', ...log })).toEqual({ from: 2, to: 4 });
    });

    it('is the end of the log when that is where the archive ends', async () => {
      expect(await find({ archived: 'ab', held: 'ab', readTo: 4 })).toEqual({ from: 2, to: 2 });
    });

    it('lies between the end of the archive and the end of the log', async () => {
      expect(await find({ archived: 'ab', held: 'abxy', readTo: 9 })).toEqual({ from: 2, to: 4 });
    });

    it('lies after a fingerprinted record that the log still holds, and not after one that is gone', async () => {
      const seen = [
        { offset: 2, isThere: true, unseen: undefined },
        { offset: 5, isThere: false, unseen: undefined },
      ];
      expect(await find({ archived: 'ab', held: 'abcdefgh', readTo: 6, seen })).toEqual({ from: 3, to: 5 });
    });

    it('may be anywhere without an archive', async () => {
      expect(await find({ archived: '', held: 'abcd', ends: [], readTo: 9 })).toEqual({ from: 0, to: 4 });
    });
  });
});

describe('an open transaction', () => {
  it.each([
    ['hides records that were read, if its marker was lost with the end of the log', { stable: 4, latest: 10 }, 4],
    ['hides records up to the end of a log that ends below a position', { stable: 4, latest: 7 }, 4],
    ['hides nothing that was read, if it began later', { stable: 12, latest: 14 }, undefined],
  ])('%s', (_what, range, from) => {
    expect(hiddenFrom({ earliest: 0, ...range }, 12)).toBe(from);
  });
});
