import { until } from './until.ts';

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
});
