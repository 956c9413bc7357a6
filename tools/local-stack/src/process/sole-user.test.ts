import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asSoleUser } from './sole-user.ts';

describe('work as the sole user', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'sole-user-'));
  });

  afterEach(() => rm(home, { recursive: true }));

  it('is done by one after the other', async () => {
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ends`);
    };
    await Promise.all([asSoleUser(home, work('one')), asSoleUser(home, work('two'))]);
    const [first, second] = seen[0] === 'one begins' ? ['one', 'two'] : ['two', 'one'];
    expect(seen).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
  });

  it('goes on when it fails', async () => {
    const failing = asSoleUser(home, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await asSoleUser(home, () => Promise.resolve('done'))).toBe('done');
  });

  it('does not wait for one that has ended without giving up its lock', async () => {
    await writeFile(
      join(home, 'lock'),
      JSON.stringify({ pid: process.pid, identity: 'an earlier process', address: '' }),
    );
    expect(await asSoleUser(home, () => Promise.resolve('done'))).toBe('done');
  });
});
