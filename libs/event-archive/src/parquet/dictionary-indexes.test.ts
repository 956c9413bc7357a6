import { indexPage, indexWidth } from './dictionary-indexes.ts';

describe('the width of an index', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [524_288, 19],
    [524_289, 20],
  ])('into %d values is %d bits', (values, bits) => {
    expect(indexWidth(values)).toBe(bits);
  });
});

describe('a page of indexes', () => {
  // The example of the format: 0 to 7 in three bits each are the bytes 88 C6 FA.
  it('packs different indexes into groups of eight', () => {
    expect([...indexPage(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7), 3)]).toEqual([3, 0b11, 0x88, 0xc6, 0xfa]);
  });

  it('fills its last group up with zeros', () => {
    expect([...indexPage(Int32Array.of(1, 2, 3), 8)]).toEqual([8, 0b11, 1, 2, 3, 0, 0, 0, 0, 0]);
  });

  it('writes equal indexes once, with their number', () => {
    expect([...indexPage(new Int32Array(200).fill(258), 9)]).toEqual([9, 0x90, 0x03, 2, 1]);
  });

  it('packs what stands before, between and after long runs', () => {
    const indexes = [...Array<number>(16).fill(1), 0, 1, 0, 1, 0, 1, 0, 1, ...Array<number>(16).fill(0), 1];
    expect([...indexPage(Int32Array.from(indexes), 1)]).toEqual([1, 32, 1, 0b11, 0b10101010, 32, 0, 0b11, 1]);
  });
});
