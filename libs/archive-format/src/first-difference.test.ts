import { utf8Texts } from '@antenna/event-schema';
import { withoutUser } from './erased-rows.ts';
import { firstDifference } from './first-difference.ts';
import { columnsOf } from './testing/columns-of.ts';

const ANA = { id: 'ana' };
const EVA = { id: 'eva' };

describe('the first difference between two sets of rows', () => {
  it('is undefined when they hold the same rows', () => {
    expect(firstDifference(columnsOf([ANA, EVA]), columnsOf([ANA, EVA]))).toBeUndefined();
  });

  it('is undefined when the id of an archived row was erased, and nothing else differs', () => {
    const erased = withoutUser(columnsOf([ANA, EVA]), 'eva');
    expect(firstDifference(columnsOf([ANA, EVA]), erased)).toBeUndefined();
    expect(firstDifference(erased, columnsOf([ANA, EVA]))).toBe('another id in row 1 (offset 11)');
    const otherBytes = withoutUser(columnsOf([ANA, { ...EVA, bytes: 6 }]), 'eva');
    expect(firstDifference(columnsOf([ANA, EVA]), otherBytes)).toBe('another bytes in row 1 (offset 11)');
  });

  it('is undefined when only the codes of their texts differ', () => {
    const renumbered = columnsOf([ANA, EVA]);
    const id = { values: utf8Texts(['unused', 'eva', 'ana']), codes: Int32Array.of(2, 1) };
    expect(firstDifference(columnsOf([ANA, EVA]), { ...renumbered, id })).toBeUndefined();
  });

  it.each([
    ['another partition', columnsOf([ANA, EVA], { partition: 1 }), 'partition 1 instead of 0'],
    ['fewer rows', columnsOf([ANA]), '1 rows instead of 2'],
    ['more rows', columnsOf([ANA, EVA, EVA]), '3 rows instead of 2'],
    ['other offsets', columnsOf([ANA, EVA], { from: 11 }), 'another offset in row 0 (offset 10)'],
    ['another order', columnsOf([EVA, ANA]), 'another id in row 0 (offset 10)'],
    ['another event time', columnsOf([ANA, { ...EVA, eventTimeMs: 2 }]), 'another eventTimeMs in row 1 (offset 11)'],
    ['other bytes', columnsOf([ANA, { ...EVA, bytes: 6 }]), 'another bytes in row 1 (offset 11)'],
    ['another antenna', columnsOf([ANA, { ...EVA, antennaId: 'x' }]), 'another antennaId in row 1 (offset 11)'],
    ['another app', columnsOf([ANA, { ...EVA, app: 'x' }]), 'another app in row 1 (offset 11)'],
  ])('names %s', (_what, actual, difference) => {
    expect(firstDifference(columnsOf([ANA, EVA]), actual)).toBe(difference);
  });
});
