import { Choices } from './choices.ts';

function draw(choices: Choices, bounds: readonly number[]): number[] {
  return bounds.map((bound) => choices.below(bound));
}

const BOUNDS = [2, 10, 100, 3, 7, 1_000];

describe('choices from a seed', () => {
  it('are the same for the same seed', () => {
    expect(draw(Choices.seeded(7), BOUNDS)).toEqual(draw(Choices.seeded(7), BOUNDS));
  });

  it('are others for the next seed', () => {
    expect(draw(Choices.seeded(8), BOUNDS)).not.toEqual(draw(Choices.seeded(7), BOUNDS));
  });

  it('take every value about as often, also first and over many seeds', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 1; seed <= 8_000; seed += 1) {
      const choice = Choices.seeded(seed).below(4);
      counts[choice] = (counts[choice] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });
});

describe('choices that were recorded', () => {
  it('are made again', () => {
    const seeded = Choices.seeded(7);
    const drawn = draw(seeded, BOUNDS);
    expect(draw(Choices.replayed(seeded.made), BOUNDS)).toEqual(drawn);
  });

  it('go on quietly when they have run out', () => {
    expect(draw(Choices.replayed([3]), [5, 5, 5])).toEqual([3, 0, 0]);
  });

  it('stay below the bound when they were made for a greater one', () => {
    expect(draw(Choices.replayed([9]), [4])).toEqual([1]);
  });
});

describe('a choice', () => {
  it('of one thing takes no decision', () => {
    const choices = Choices.seeded(1);
    expect([choices.of(['only']), choices.made]).toEqual(['only', []]);
  });

  it('of nothing is an error', () => {
    expect(() => Choices.seeded(1).of([])).toThrow(RangeError);
  });
});
