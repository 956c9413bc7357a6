import { showReport, watchSettings } from './watch.ts';

function watched(text: string | undefined) {
  return watchSettings.read(() => (text === undefined ? undefined : { text, by: 'flag' }));
}

describe('the flag --watch', () => {
  it.each([
    [undefined, undefined],
    ['true', 2],
    ['10', 10],
  ])('given %j means every %j seconds', (text, seconds) => {
    expect(watched(text)).toMatchObject({ ok: true, value: seconds });
  });

  it.each(['0', 'soon', '-1', '1.5', '99999'])('is not valid with %j', (text) => {
    expect(watched(text).ok).toBe(false);
  });
});

describe('a report', () => {
  async function shown(seconds: number | undefined, isTerminal: boolean): Promise<readonly string[]> {
    const texts: string[] = [];
    const end = new AbortController();
    let reads = 0;
    const read = () => {
      reads++;
      if (reads === 2) end.abort();
      return Promise.resolve(`report ${reads}\n`);
    };
    const out = (text: string) => texts.push(text);
    await showReport(read, seconds, { out, isTerminal, signal: end.signal });
    return texts;
  }

  it('is shown once without --watch', async () => {
    expect(await shown(undefined, true)).toEqual(['report 1\n']);
  });

  it('is read again and shown below the previous report with --watch, without a terminal', async () => {
    expect(await shown(0.01, false)).toEqual(['report 1\n', 'report 2\n']);
  });

  it('replaces the previous report with --watch on a terminal', async () => {
    expect(await shown(0.01, true)).toEqual(['\u001b[H\u001b[2Jreport 1\n', '\u001b[H\u001b[2Jreport 2\n']);
  });
});
