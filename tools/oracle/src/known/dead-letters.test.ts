import type { DeadLetter, DeadLetterRange } from '../stored/tables.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { Findings } from './findings.ts';

const letter = (offset: number, reason = 'not_json'): DeadLetter => ({ partition: 0, offset, reason });
const range = (parts: Partial<DeadLetterRange> = {}): DeadLetterRange => ({
  partition: 0,
  reason: 'not_json',
  firstOffset: 10,
  lastOffset: 20,
  records: 2,
  ...parts,
});

function found(
  expected: readonly DeadLetter[],
  deadLetters: readonly DeadLetter[],
  deadLetterRanges: readonly DeadLetterRange[] = [],
): readonly string[] {
  const findings = new Findings();
  checkDeadLetters(expected, { deadLetters, deadLetterRanges }, findings);
  return findings.lines();
}

describe('dead letters against what is known', () => {
  it('are right when each is stored with its reason', () => {
    expect(found([letter(1), letter(2)], [letter(2), letter(1)])).toEqual([]);
  });

  it('are right when those of a flood are counted', () => {
    expect(found([letter(1), letter(10), letter(15), letter(20)], [letter(1), letter(15)], [range()])).toEqual([]);
  });

  it.each([
    { what: 'is missing', expected: [letter(1)], kind: 'dead letter missing: 1 (0/1: expected not_json)' },
    { what: 'is too many', whole: [letter(1)], kind: 'dead letter extra: 1 (0/1: found not_json)' },
    {
      what: 'has another reason',
      expected: [letter(1)],
      whole: [letter(1, 'empty')],
      kind: 'dead letter different: 1 (0/1: expected not_json, found empty)',
    },
    {
      what: 'is counted twice',
      expected: [letter(10), letter(20)],
      ranges: [range({ records: 3 })],
      kind: 'dead letter extra: 1 (0/20: found not_json)',
    },
    {
      what: 'is counted with another reason',
      expected: [letter(10, 'empty')],
      ranges: [range({ records: 1 })],
      kind: 'dead letter different: 1 (0/10: expected empty, found not_json)',
    },
    {
      what: 'is at neither end of the range that counts it',
      expected: [letter(10), letter(15)],
      ranges: [range({ records: 2 })],
      kind: 'dead letter extra: 1 (0/20: found not_json)',
    },
  ])('are wrong when one $what', ({ expected = [], whole = [], ranges = [], kind }) => {
    expect(found(expected, whole, ranges)[0]).toBe(kind);
  });
});
