import { DeadLetterRateLimiter } from './dead-letter-rate-limiter.ts';

const MINUTE_MS = 60_000;

function taken(rateLimiter: DeadLetterRateLimiter, wanted: number): number {
  return Array.from({ length: wanted }, () => rateLimiter.tryConsume()).filter(Boolean).length;
}

describe('the rateLimiter of a partition', () => {
  it('lets so many at once be stored whole, and no more', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(0);
    expect(taken(rateLimiter, 1_000)).toBe(60);
  });

  it('comes back within an hour, evenly', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(0);
    taken(rateLimiter, 60);
    rateLimiter.refill(MINUTE_MS - 1);
    expect(taken(rateLimiter, 10)).toBe(0);
    rateLimiter.refill(5 * MINUTE_MS);
    expect(taken(rateLimiter, 10)).toBe(5);
  });

  it('does not grow while nothing is taken', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(0);
    rateLimiter.refill(24 * 60 * MINUTE_MS);
    expect(taken(rateLimiter, 1_000)).toBe(60);
  });

  it('is not refilled twice by a clock that is set back', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(10 * MINUTE_MS);
    taken(rateLimiter, 60);
    rateLimiter.refill(0);
    rateLimiter.refill(10 * MINUTE_MS);
    expect(taken(rateLimiter, 10)).toBe(0);
  });

  it('may be nothing', () => {
    const rateLimiter = new DeadLetterRateLimiter(0);
    rateLimiter.refill(0);
    rateLimiter.refill(60 * MINUTE_MS);
    expect(rateLimiter.tryConsume()).toBe(false);
  });
});
