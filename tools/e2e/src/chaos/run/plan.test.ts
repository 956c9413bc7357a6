import { type Asked, commandOf, planOf } from './plan.ts';

function asked(parts: Partial<Asked> = {}): Asked {
  return {
    seed: 7,
    archives: ['local', 'gcs'],
    rate: 1_000,
    durationS: 90,
    sessionTimeoutMs: 3_000,
    events: undefined,
    kills: undefined,
    only: undefined,
    ...parts,
  };
}

describe('the plan of a chaos run', () => {
  it('deals time, records and kills to the archives', () => {
    const { rounds } = planOf(asked({ kills: 60 }));
    expect(rounds.map(({ archive }) => archive)).toEqual(['local', 'gcs']);
    for (const round of rounds) expect(round).toMatchObject({ seed: 7, events: 45_000, durationMs: 45_000, kills: 30 });
  });

  it('takes as long as the records need, when their number is given', () => {
    expect(planOf(asked({ events: 10_000_000, rate: 5_000 })).rounds[0]).toMatchObject({
      events: 5_000_000,
      durationMs: 1_000_000,
    });
  });

  it('kills more workers in a longer run, unless their number is given', () => {
    expect(planOf(asked()).rounds[0]?.kills).toBe(15);
    expect(planOf(asked({ durationS: 900 })).rounds[0]?.kills).toBe(150);
  });

  it('gives the command that repeats it', () => {
    expect(commandOf(asked())).toBe('npm run chaos -- --seed=7 --archive=local,gcs --rate=1000 --duration=90');
    expect(commandOf(asked({ archives: ['gcs'], events: 10, kills: 500 }))).toBe(
      'npm run chaos -- --seed=7 --archive=gcs --rate=1000 --events=10 --kills=500',
    );
  });
});
