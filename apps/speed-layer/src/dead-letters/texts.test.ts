import { bytesText, replayText } from './texts.ts';

describe('bytes for people', () => {
  it('are quoted, with whatever could act on a terminal escaped', () => {
    expect(bytesText(Buffer.from('caf\u00e9 "\u001b[2J" \u009b1m \u202e'))).toBe(
      String.raw`"café \"\u001b[2J\" \u009b1m \u202e"`,
    );
  });

  it('are hexadecimal where they are no text', () => {
    expect(bytesText(Uint8Array.of(0xff, 0x00))).toBe('hexadecimal ff00');
  });

  it('may be none', () => {
    expect([bytesText(null), bytesText(new Uint8Array())]).toEqual(['none', '""']);
  });
});

describe('a replay for people', () => {
  const attempt = { by: 'ana', atMs: 0, newOffset: undefined, detail: undefined };

  it('tells the new record, or that its outcome is unknown', () => {
    expect(replayText(3, { ...attempt, outcome: 'sent', newOffset: 9 })).toBe(
      'sent as 3/9 by ana at 1970-01-01T00:00:00Z',
    );
    expect(replayText(3, { ...attempt, outcome: 'unknown' })).toBe('unknown, by ana at 1970-01-01T00:00:00Z');
    expect(replayText(3, undefined)).toBe('-');
  });
});
