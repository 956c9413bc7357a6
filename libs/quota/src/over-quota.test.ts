import { isOverQuota } from './index.ts';

describe('a user with a quota of 5000 bytes', () => {
  it('is within it after 4999 bytes', () => {
    expect(isOverQuota(4999n, 5000n)).toBe(false);
  });

  it('is within it after exactly 5000 bytes', () => {
    expect(isOverQuota(5000n, 5000n)).toBe(false);
  });

  it('is over it after 5001 bytes', () => {
    expect(isOverQuota(5001n, 5000n)).toBe(true);
  });
});

describe('a user with a quota of 0 bytes', () => {
  it('is over it after the first byte', () => {
    expect(isOverQuota(0n, 0n)).toBe(false);
    expect(isOverQuota(1n, 0n)).toBe(true);
  });
});

it('a quota distinguishes 2^53 and 2^53 + 1 bytes, which a double cannot', () => {
  expect(isOverQuota(2n ** 53n + 1n, 2n ** 53n)).toBe(true);
  expect(isOverQuota(2n ** 53n, 2n ** 53n + 1n)).toBe(false);
});
