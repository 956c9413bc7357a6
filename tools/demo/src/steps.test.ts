import { NotProvenError } from '@antenna/oracle';
import { InterruptedError, numberedSteps, StepFailedError } from './steps.ts';

function someSteps(signal = new AbortController().signal) {
  const shown: string[] = [];
  const tell = (line: string): void => {
    shown.push(line.replace(/\d+\.\d s/, '… s'));
  };
  return { shown, steps: numberedSteps(2, tell, signal) };
}

describe('the steps of the demo', () => {
  it('are numbered, with what each says and how long it took', async () => {
    const { shown, steps } = someSteps();

    await steps.run('start', (tell) => {
      tell('up');
      return Promise.resolve();
    });
    const result = await steps.run('count', () => Promise.resolve(7));

    expect(result).toBe(7);
    expect(shown).toEqual(['[1/2] start', '      up', '      … s', '[2/2] count', '      … s']);
  });

  it('name the step that failed, and why', async () => {
    const { steps } = someSteps();

    const failing = steps.run('start', () => Promise.reject(new NotProvenError('the reason')));

    await expect(failing).rejects.toThrow(StepFailedError);
    await expect(failing).rejects.toThrow(/^step 1 of 2 \(start\) failed after .* s: NOT_PROVEN: the reason$/);
  });

  it('show where an unforeseen failure comes from', async () => {
    const { steps } = someSteps();

    const failing = steps.run('start', () => Promise.reject(new TypeError('a bug')));

    await expect(failing).rejects.toThrow(/TypeError: a bug\n\s+at .*steps\.test\.ts/);
  });

  it('do not go on once the demo was ended', async () => {
    const { steps } = someSteps(AbortSignal.abort());
    let isRun = false;

    const ended = steps.run('start', () => {
      isRun = true;
      return Promise.resolve();
    });

    await expect(ended).rejects.toThrow(InterruptedError);
    expect(isRun).toBe(false);
  });
});
