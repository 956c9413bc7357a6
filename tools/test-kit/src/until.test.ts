import { until, within } from './until.ts';

describe('waiting for a condition', () => {
  it('ends with the first answer', async () => {
    let asked = 0;
    expect(await until(() => ++asked === 3 && `asked ${asked} times`, { what: 'third time' })).toBe('asked 3 times');
  });

  it('ends at once when the condition itself fails', async () => {
    const broken = until(() => Promise.reject(new Error('broken')), { what: 'answer' });
    await expect(broken).rejects.toThrow('broken');
  });

  it('fails with what did not come', async () => {
    await expect(until(() => false, { what: 'miracle', deadlineMs: 1 })).rejects.toThrow('no miracle within 1 ms');
  });

  it('ends without an answer at the deadline where none has to come', async () => {
    let asked = 0;
    const answer = await within(
      5,
      () => {
        asked += 1;
        return null;
      },
      1,
    );
    expect(answer).toBeUndefined();
    expect(asked).toBeGreaterThan(1);
  });
});
