import { DeadLetterRateLimiter } from './dead-letter-rate-limiter.ts';

const MINUTE_MS = 60_000;

function taken(rateLimiter: DeadLetterRateLimiter, attempts: number): number {
  return Array.from({ length: attempts }, () => rateLimiter.tryConsume()).filter(Boolean).length;
}

describe("a partition's rate limiter of dead letters", () => {
  it('allows a burst of the configured size to be stored whole, and no more', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(0);
    expect(taken(rateLimiter, 1_000)).toBe(60);
  });

  it('refills evenly within an hour', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(0);
    taken(rateLimiter, 60);
    rateLimiter.refill(MINUTE_MS - 1);
    expect(taken(rateLimiter, 10)).toBe(0);
    rateLimiter.refill(5 * MINUTE_MS);
    expect(taken(rateLimiter, 10)).toBe(5);
  });

  it('never allows more than a full burst, however long it is idle', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(0);
    rateLimiter.refill(24 * 60 * MINUTE_MS);
    expect(taken(rateLimiter, 1_000)).toBe(60);
  });

  it('does not refill twice when the clock is set back', () => {
    const rateLimiter = new DeadLetterRateLimiter(60);
    rateLimiter.refill(10 * MINUTE_MS);
    taken(rateLimiter, 60);
    rateLimiter.refill(0);
    rateLimiter.refill(10 * MINUTE_MS);
    expect(taken(rateLimiter, 10)).toBe(0);
  });

  it('allows no dead letter to be stored whole when its size is 0', () => {
    const rateLimiter = new DeadLetterRateLimiter(0);
    rateLimiter.refill(0);
    rateLimiter.refill(60 * MINUTE_MS);
    expect(rateLimiter.tryConsume()).toBe(false);
  });
});
