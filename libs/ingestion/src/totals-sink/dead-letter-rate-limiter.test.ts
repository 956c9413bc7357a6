import { DeadLetterAllowance } from './dead-letter-rate-limiter.ts';

const MINUTE_MS = 60_000;

function taken(allowance: DeadLetterAllowance, wanted: number): number {
  return Array.from({ length: wanted }, () => allowance.take()).filter(Boolean).length;
}

describe('the allowance of a partition', () => {
  it('lets so many at once be stored whole, and no more', () => {
    const allowance = new DeadLetterAllowance(60);
    allowance.refill(0);
    expect(taken(allowance, 1_000)).toBe(60);
  });

  it('comes back within an hour, evenly', () => {
    const allowance = new DeadLetterAllowance(60);
    allowance.refill(0);
    taken(allowance, 60);
    allowance.refill(MINUTE_MS - 1);
    expect(taken(allowance, 10)).toBe(0);
    allowance.refill(5 * MINUTE_MS);
    expect(taken(allowance, 10)).toBe(5);
  });

  it('does not grow while nothing is taken', () => {
    const allowance = new DeadLetterAllowance(60);
    allowance.refill(0);
    allowance.refill(24 * 60 * MINUTE_MS);
    expect(taken(allowance, 1_000)).toBe(60);
  });

  it('is not refilled twice by a clock that is set back', () => {
    const allowance = new DeadLetterAllowance(60);
    allowance.refill(10 * MINUTE_MS);
    taken(allowance, 60);
    allowance.refill(0);
    allowance.refill(10 * MINUTE_MS);
    expect(taken(allowance, 10)).toBe(0);
  });

  it('may be nothing', () => {
    const allowance = new DeadLetterAllowance(0);
    allowance.refill(0);
    allowance.refill(60 * MINUTE_MS);
    expect(allowance.take()).toBe(false);
  });
});
