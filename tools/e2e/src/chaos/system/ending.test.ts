import { type Ending, judge } from './ending.ts';

function anEnding(parts: Partial<Ending> = {}): Ending {
  return { exitCode: 0, signal: undefined, printed: '', ...parts };
}

describe('the ending of a worker', () => {
  it('is done with exit code 0', () => {
    expect(judge(anEnding())).toBe('done');
  });

  it('is done when SIGTERM came before the worker listened for it', () => {
    expect(judge(anEnding({ exitCode: undefined, signal: 'SIGTERM' }))).toBe('done');
  });

  it('is a kill by SIGKILL alone', () => {
    expect(judge(anEnding({ exitCode: undefined, signal: 'SIGKILL' }))).toBe('killed');
    expect(judge(anEnding({ exitCode: undefined, signal: 'SIGSEGV' }))).toBe('unexpected');
  });

  it('is giving up when the last that it says is that a service did not answer', () => {
    expect(judge(anEnding({ exitCode: 1, printed: 'one\nDATABASE_UNREACHABLE: …\n' }))).toBe('gave up');
  });

  it.each(['TOPIC_RECREATED: …', 'ARCHIVE_CONFLICT: …', 'TypeError: x is not a function', ''])(
    'is unexpected when it says «%s»',
    (printed) => {
      expect(judge(anEnding({ exitCode: 1, printed }))).toBe('unexpected');
    },
  );

  it('is not excused by what it said long before', () => {
    const printed = `DATABASE_UNREACHABLE\n${'line\n'.repeat(20)}OTHER_STREAM: …`;
    expect(judge(anEnding({ exitCode: 1, printed }))).toBe('unexpected');
  });
});
