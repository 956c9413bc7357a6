import { shrink } from './shrink.ts';

/** Fails where three choices in a row are at least 5, 1 and 2. */
function judge(choices: readonly number[]): Promise<string | undefined> {
  const fails = choices.some((choice, at) => choice >= 5 && (choices[at + 1] ?? 0) >= 1 && (choices[at + 2] ?? 0) >= 2);
  return Promise.resolve(fails ? 'broken' : undefined);
}

describe('the simplest form of a failing schedule', () => {
  it('holds nothing but what makes it fail', async () => {
    const choices = [...Array.from({ length: 60 }, (_, at) => at % 4), 9, 3, 8, ...Array.from({ length: 60 }, () => 7)];
    expect(await shrink({ choices, violation: 'broken' }, judge)).toEqual({ choices: [5, 1, 2], violation: 'broken' });
  });

  it('is the schedule itself when no other fails', async () => {
    const only = { choices: [4, 2], violation: 'broken' };
    expect(await shrink(only, () => Promise.resolve(undefined))).toEqual(only);
  });

  it('is what was found when the budget is used up', async () => {
    let tries = 0;
    const counting = (choices: readonly number[]) => {
      tries += 1;
      return judge(choices);
    };
    const choices = Array.from({ length: 100 }, () => 7);
    const shrunk = await shrink({ choices, violation: 'broken' }, counting, 10);
    expect(tries).toBe(10);
    expect(await judge(shrunk.choices)).toBe('broken');
  });
});
