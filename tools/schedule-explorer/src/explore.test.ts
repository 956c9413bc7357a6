import { Choices } from './choices.ts';
import { explore } from './explore.ts';
import { NO_MUTANT } from './mutants/mutant.ts';
import { mutatedCore } from './mutants/mutated-core.ts';
import { playSchedule } from './schedule.ts';

const core = await mutatedCore(NO_MUTANT);

/** In the tests; `npm run explore` plays more. */
const SCHEDULES = 2_000;

async function traceOf(choices: Choices): Promise<string[]> {
  const lines: string[] = [];
  await playSchedule({ core, choices, defects: {}, trace: (text) => lines.push(text) });
  return lines;
}

describe('the core of the speed layer', () => {
  it(`holds what it promises in ${SCHEDULES} schedules of faults`, async () => {
    expect(await explore({ core, firstSeed: 1, schedules: SCHEDULES })).toBeUndefined();
  });
});

describe('a schedule', () => {
  it('is the same for the same seed', async () => {
    const trace = await traceOf(Choices.seeded(11));
    expect(trace.length).toBeGreaterThan(20);
    expect(await traceOf(Choices.seeded(11))).toEqual(trace);
  });

  it('is the same for the same choices', async () => {
    const seeded = Choices.seeded(12);
    const trace = await traceOf(seeded);
    expect(await traceOf(Choices.replayed(seeded.made))).toEqual(trace);
  });

  it('without any choice is one of no faults', async () => {
    const trace = await traceOf(Choices.replayed([]));
    expect(trace.filter((line) => /lost|killed|frozen|refused|retention/.test(line))).toEqual([]);
  });

  it.each([
    'is killed',
    'is frozen',
    'leaves',
    'its answer is lost',
    'still on its way',
    'of which nobody waits',
    'no records',
    'stable up to',
    'loses its leader',
    'noteEnds',
    'refused',
    'retention deletes',
    'which is not archived',
    'batch run',
    'acknowledges the gaps',
    'acknowledgeGap',
  ])('can hold what is told as «%s»', async (text) => {
    for (let seed = 1; seed <= 300; seed += 1) {
      if ((await traceOf(Choices.seeded(seed))).some((line) => line.includes(text))) return;
    }
    throw new Error(`not in 300 schedules: ${text}`);
  });
});
