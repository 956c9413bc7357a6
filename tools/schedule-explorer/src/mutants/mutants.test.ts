import { explore } from '../explore.ts';
import { mutatedCore } from './mutated-core.ts';
import { mutantNamed, MUTANTS } from './mutants.ts';

/** More than the best hidden bug needs. */
const SCHEDULES = 2_500;

describe('a planted bug is found:', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', async (_name, mutant) => {
    const { defects = {} } = mutant;
    const failing = await explore({ core: await mutatedCore(mutant), defects, firstSeed: 1, schedules: SCHEDULES });
    expect(failing?.violation).toEqual(expect.any(String));
  });
});

describe('a mutant', () => {
  it('whose place is not in the sources any more is an error', async () => {
    const edits = [{ file: 'ingestion.ts', find: 'what nobody wrote', replace: '' }];
    await expect(mutatedCore({ name: 'outdated', bug: '', edits })).rejects.toThrow(
      'ingestion.ts holds 0 times what is to be mutated: what nobody wrote',
    );
  });

  it('whose place is there twice is an error', async () => {
    const edits = [{ file: 'ingestion.ts', find: 'const ', replace: '' }];
    await expect(mutatedCore({ name: 'ambiguous', bug: '', edits })).rejects.toThrow(/holds \d\d+ times/);
  });

  it('is known by its name', () => {
    expect(mutantNamed('file-overwritten').defects).toEqual({ overwrites: true });
    expect(() => mutantNamed('unheard-of')).toThrow(RangeError);
  });
});
