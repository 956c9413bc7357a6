import { type BearerToken, RenewedToken, TokenUnavailableError } from './bearer-token.ts';

const MINUTE_MS = 60_000;

/** A token source that counts its tokens, each valid for an hour, with a clock that the test sets. */
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

describe('a renewed token', () => {
  // requested at 0 ──────────────────── 48 min ├── renewed ── 60 min: expired
  it('is the same for all callers until four fifths of its life have passed', async () => {
    const { source, token } = aSource();
    await Promise.all([token.current(), token.current()]);
    source.nowMs = 47 * MINUTE_MS;
    expect([await token.current(), source.given]).toEqual(['token 1', 1]);
  });

  it('is replaced after four fifths of its life', async () => {
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
    'with a life of only %d s is replaced after %d s, so that a session that begins with it lasts',
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

  it('stays in use while its source is unavailable, as long as a session can begin with it', async () => {
    const { source, token } = aSource();
    await token.current();
    Object.assign(source, { nowMs: 59 * MINUTE_MS, isAway: true });
    expect(await token.current()).toBe('token 1');
    source.nowMs += 50_000;
    await expect(token.current()).rejects.toMatchObject({ code: 'KAFKA_TOKEN_UNAVAILABLE' });
  });

  it('is requested again after a failure', async () => {
    const { source, token } = aSource();
    source.isAway = true;
    await expect(token.current()).rejects.toThrow('away');
    source.isAway = false;
    expect(await token.current()).toBe('token 1');
  });
});
