import { compareDeadLetters, type DeadLetterRange } from './dead-letters.ts';
import { Findings } from './findings.ts';

const letter = (offset: number, reason = 'not_json') => ({ partition: 0, offset, reason });
const range = (parts: Partial<DeadLetterRange> = {}): DeadLetterRange => ({
  partition: 0,
  reason: 'not_json',
  first: 10,
  last: 20,
  records: 2,
  ...parts,
});

function found(
  expected: readonly ReturnType<typeof letter>[],
  whole: readonly ReturnType<typeof letter>[],
  ranges: readonly DeadLetterRange[] = [],
): readonly string[] {
  const findings = new Findings();
  compareDeadLetters(expected, { whole, ranges }, findings);
  return findings.lines();
}

describe('dead letters against what is known', () => {
  it('are right when each is there with its reason', () => {
    expect(found([letter(1), letter(2)], [letter(2), letter(1)])).toEqual([]);
  });

  it('are right when those of a flood are counted', () => {
    expect(found([letter(1), letter(10), letter(15), letter(20)], [letter(1), letter(15)], [range()])).toEqual([]);
  });

  it.each([
    { what: 'is missing', expected: [letter(1)], kind: 'dead letter missing' },
    { what: 'is too many', whole: [letter(1)], kind: 'dead letter extra' },
    { what: 'has another reason', expected: [letter(1)], whole: [letter(1, 'empty')], kind: 'dead letter different' },
    {
      what: 'is counted twice',
      expected: [letter(10), letter(20)],
      ranges: [range({ records: 3 })],
      kind: 'count of dead letters different',
    },
    {
      what: 'is counted with another reason',
      expected: [letter(10, 'empty')],
      ranges: [range({ records: 1 })],
      kind: 'dead letter missing',
    },
  ])('are wrong when one $what', ({ expected = [], whole = [], ranges = [], kind }) => {
    expect(found(expected, whole, ranges)[0]).toMatch(kind);
  });
});
