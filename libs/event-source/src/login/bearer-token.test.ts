import { type BearerToken, RenewedToken, TokenUnavailableError } from './bearer-token.ts';

const MINUTE_MS = 60_000;

/** A source that counts its tokens, each of which lives for an hour, and a clock that is set by hand. */
function aSource() {
  const source = {
    nowMs: 0,
    given: 0,
    isAway: false,
    next: (): Promise<BearerToken> => {
      if (source.isAway) return Promise.reject(new TokenUnavailableError('away'));
      source.given += 1;
      return Promise.resolve({ value: `token ${source.given}`, expiresAtMs: source.nowMs + 60 * MINUTE_MS });
    },
  };
  const token = new RenewedToken(source.next, () => source.nowMs);
  return { source, token };
}

describe('a token that is renewed', () => {
  // asked for at 0 ──────────────────── 48 min ├── renewed ── 60 min: expired
  it('is the same for all who ask before four fifths of its life have passed', async () => {
    const { source, token } = aSource();
    await Promise.all([token.current(), token.current()]);
    source.nowMs = 47 * MINUTE_MS;
    expect([await token.current(), source.given]).toEqual(['token 1', 1]);
  });

  it('is another one after that', async () => {
    const { source, token } = aSource();
    await token.current();
    source.nowMs = 48 * MINUTE_MS;
    expect(await token.current()).toBe('token 2');
  });

  it.each([
    [60, 45],
    [20, 5],
    [10, 2],
  ])(
    'of a short life of %d s is another one after %d s, so that a session lasts that begins with it',
    async (lifeS, usedS) => {
      const { source } = aSource();
      const next = () => source.next().then(({ value }) => ({ value, expiresAtMs: source.nowMs + lifeS * 1_000 }));
      const token = new RenewedToken(next, () => source.nowMs);
      await token.current();
      source.nowMs = usedS * 1_000 - 1;
      expect(await token.current()).toBe('token 1');
      source.nowMs += 1;
      expect(await token.current()).toBe('token 2');
    },
  );

  it('stays in use while its source is away, as long as a session can begin with it', async () => {
    const { source, token } = aSource();
    await token.current();
    Object.assign(source, { nowMs: 59 * MINUTE_MS, isAway: true });
    expect(await token.current()).toBe('token 1');
    source.nowMs += 50_000;
    await expect(token.current()).rejects.toMatchObject({ code: 'KAFKA_TOKEN_UNAVAILABLE' });
  });

  it('is asked for again after a failure', async () => {
    const { source, token } = aSource();
    source.isAway = true;
    await expect(token.current()).rejects.toThrow('away');
    source.isAway = false;
    expect(await token.current()).toBe('token 1');
  });
});
