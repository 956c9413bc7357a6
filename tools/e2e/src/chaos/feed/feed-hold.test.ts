import { FeedHold } from './feed-hold.ts';

describe('holding what is written', () => {
  it('waits for the writes that have begun, and keeps others waiting until it is over', async () => {
    const hold = new FeedHold(0);
    const seen: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const writes = [
      hold.writing(async () => {
        await first.promise;
        seen.push('first write');
      }),
    ];
    const held = hold.whileHeld(() => Promise.resolve(seen.push('held')));
    writes.push(hold.writing(() => Promise.resolve(void seen.push('second write'))));
    first.resolve(undefined);
    await Promise.all([...writes, held]);
    expect(seen).toEqual(['first write', 'held', 'second write']);
  });

  it('lets go when what was done meanwhile fails', async () => {
    const hold = new FeedHold(0);
    await expect(hold.whileHeld(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await hold.writing(() => Promise.resolve('written'))).toBe('written');
  });
});
