import { bytesText, replayText } from './replay-text.ts';

describe('the text form of bytes', () => {
  it('is quoted, with characters escaped that act on a terminal', () => {
    expect(bytesText(Buffer.from('caf\u00e9 "\u001b[2J" \u009b1m \u202e'))).toBe(
      String.raw`"café \"\u001b[2J\" \u009b1m \u202e"`,
    );
  });

  it('is hexadecimal when the bytes are not UTF-8', () => {
    expect(bytesText(Uint8Array.of(0xff, 0x00))).toBe('hexadecimal ff00');
  });

  it('is "none" for null', () => {
    expect([bytesText(null), bytesText(new Uint8Array())]).toEqual(['none', '""']);
  });
});

describe('the text form of a replay', () => {
  const attempt = { by: 'ana', atMs: 0, newOffset: undefined, detail: undefined };

  it('names the new record, or says that the outcome is unknown', () => {
    expect(replayText(3, { ...attempt, outcome: 'sent', newOffset: 9 })).toBe(
      'sent as 3/9 by ana at 1970-01-01T00:00:00Z',
    );
    expect(replayText(3, { ...attempt, outcome: 'unknown' })).toBe('unknown, by ana at 1970-01-01T00:00:00Z');
    expect(replayText(3, undefined)).toBe('-');
  });
});
