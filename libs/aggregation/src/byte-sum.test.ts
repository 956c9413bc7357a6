import fc from 'fast-check';
import { ByteSum } from './byte-sum.ts';

const terms = fc.array(fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 40 }), fc.constantFrom(0, 2 ** 40, 2 ** 52)), {
  maxLength: 200,
});

function sumOf(numbers: readonly number[]): ByteSum {
  const sum = new ByteSum();
  for (const number of numbers) sum.add(number);
  return sum;
}

describe('a sum of bytes', () => {
  it('starts at 0', () => {
    expect(new ByteSum().value()).toBe(0n);
  });

  // 2^53 + 1 is the first integer that a double cannot represent.
  it('is exact beyond 2^53, where a double is not', () => {
    const halves = Array.from({ length: 2 ** 14 }, () => 2 ** 39);
    expect(sumOf([...halves, 1]).value()).toBe(2n ** 53n + 1n);
  });

  it('is exact up to 2^63 - 1, the greatest BIGINT', () => {
    expect(sumOf([...Array.from({ length: 2 ** 11 - 1 }, () => 2 ** 52), 2 ** 52 - 1]).value()).toBe(2n ** 63n - 1n);
  });

  it('equals the sum of BigInts', () => {
    fc.assert(
      fc.property(terms, (numbers) => {
        expect(sumOf(numbers).value()).toBe(numbers.reduce((sum, number) => sum + BigInt(number), 0n));
      }),
    );
  });
});
