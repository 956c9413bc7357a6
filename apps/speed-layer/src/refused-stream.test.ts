import { PassThrough } from 'node:stream';
import type { DeadLetterReason } from '@antenna/event-schema';
import type { IngestionEvent } from '@antenna/ingestion';
import { createLogger } from '@antenna/telemetry';
import { reasonsText, refusedAdvice, RefusedStream } from './refused-stream.ts';

function aRefusedStream() {
  const stream = new PassThrough();
  const refused = new RefusedStream(createLogger({ level: 'info', format: 'json', name: 'test', stream }));
  const lines = (): readonly { readonly message: string; readonly reasons: string }[] =>
    String((stream.read() as Buffer | null) ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { message: string; reasons: string });
  return { refused, lines };
}

/** A commit with this number of events, and of dead letters for one reason. */
function committed(events: number, records: number, reason: DeadLetterReason = 'wrong_clock'): IngestionEvent {
  const range = { partition: 0, reason, firstOffset: 0, lastOffset: records, records };
  const commit = { deadLetters: [], deadLetterRanges: records === 0 ? [] : [range] };
  return { kind: 'committed', commit, events, eventBytes: 0n, durationMs: 1 } as unknown as IngestionEvent;
}

describe('a topic whose records are all dead letters', () => {
  it('is logged as an error after 20 dead letters without an event, with the reasons and what to do', () => {
    const { refused, lines } = aRefusedStream();
    refused.observe(committed(0, 500));
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(/none of the last 500 is an event: .*timestamps in seconds/) as string,
        reasons: 'wrong_clock 500',
      }),
    ]);
  });

  it('is logged again after ten times as many dead letters, not at each commit', () => {
    const { refused, lines } = aRefusedStream();
    for (let commits = 0; commits < 20; commits += 1) refused.observe(committed(0, 100));
    expect(lines().map(({ reasons }) => reasons)).toEqual(['wrong_clock 100', 'wrong_clock 1000']);
  });

  it('is not assumed while events arrive now and then, or after a few dead letters', () => {
    const { refused, lines } = aRefusedStream();
    for (let commits = 0; commits < 20; commits += 1) {
      refused.observe(committed(0, 19));
      refused.observe(committed(1, 0));
    }
    expect(lines()).toEqual([]);
  });
});

describe('the text about a topic whose records are all dead letters', () => {
  it('names the reasons, the most frequent one first', () => {
    const records = new Map([
      ['empty', 3],
      ['wrong_clock', 500],
    ]);
    expect(reasonsText(records)).toBe('wrong_clock 500, empty 3');
    expect(refusedAdvice(records)).toMatch(/timestamps in seconds .*LogAppendTime.*dead-letters -- list$/);
  });

  it('says where to look when the reason has no advice of its own', () => {
    expect(refusedAdvice(new Map([['empty', 3]]))).toBe('see npx nx run speed-layer:dead-letters -- list');
  });
});
