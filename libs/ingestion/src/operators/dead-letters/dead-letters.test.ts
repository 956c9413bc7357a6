import type { SourceRecord } from '../../ports/index.ts';
import { outcomeOf } from './record-outcome.ts';
import { findDeadLetters, type FoundDeadLetter } from './find-dead-letters.ts';
import type {
  DeadLetterStore,
  RecordPlace,
  RecordReader,
  Replay,
  ReplayLedger,
  SendOutcome,
  StoredDeadLetters,
  StoredOutcome,
  WholeDeadLetter,
} from './ports.ts';
import { replay } from './replay.ts';

const SPAN = { partition: 3, firstOffset: 0, lastOffset: 99 };
const RANGE = { reason: 'not_json', firstOffset: 2, lastOffset: 8, records: 3 } as const;

describe('finding dead letters', () => {
  it('takes dead letters that are stored whole from the database alone', async () => {
    const { letters } = await find({ whole: [aLetter(4, 'abc')] }, [aRecord(4, 'abc')]);
    expect(letters).toMatchObject([{ partition: 3, offset: 4, isComplete: true, value: Buffer.from('abc') }]);
  });

  it('reads the records of a range again and keeps those that are rejected for its reason', async () => {
    const records = [
      aRecord(1, '?'),
      aRecord(2, '?'),
      aRecord(3, '{}'),
      aRecord(4, '?'),
      aRecord(8, '?'),
      aRecord(9, '?'),
    ];
    const { letters, hasMore } = await find({ whole: [aLetter(4, '?')], ranges: [RANGE] }, records);
    expect(letters.map(({ offset }) => offset)).toEqual([2, 4, 8]);
    expect(hasMore).toBe(false);
  });

  it('reads a payload again from the topic when the database keeps only its beginning', async () => {
    const kept = { ...aLetter(4, 'abc'), payloadBytes: 6 };
    expect((await find({ whole: [kept] }, [aRecord(4, 'abcdef')])).letters).toMatchObject([
      { isComplete: true, value: Buffer.from('abcdef') },
    ]);
    expect((await find({ whole: [kept] }, [])).letters).toMatchObject([
      { isComplete: false, value: Buffer.from('abc') },
    ]);
  });

  it('keeps the stored beginning when a recreated topic holds another record at the offset', async () => {
    const kept = { ...aLetter(4, 'abc'), payloadBytes: 6 };
    const { letters } = await find({ whole: [kept] }, [aRecord(4, 'xbcdef')]);
    expect(letters).toMatchObject([{ isComplete: false, value: Buffer.from('abc') }]);
  });

  it('returns at most the requested number, and reports that there are more', async () => {
    const records = [2, 3, 4, 5].map((offset) => aRecord(offset, '?'));
    const { letters, hasMore } = await find({ ranges: [RANGE] }, records, 2);
    expect([letters.length, hasMore]).toEqual([2, true]);
  });
});

describe('sending a dead letter again', () => {
  const letter: FoundDeadLetter = {
    ...{ partition: 3, offset: 4, reason: 'not_json', detail: '', timestampMs: 0, key: null, value: null },
    ...{ isComplete: true, replay: undefined },
  };

  it('records the attempt before the send, and the outcome after it', async () => {
    const { steps, result } = await replayed({ kind: 'sent', newOffset: 9 });
    expect(steps).toEqual(['begin 3/4', 'send 3/4', 'end sent']);
    expect(result).toEqual({ kind: 'sent', newOffset: 9 });
  });

  it('records an unknown outcome as unknown', async () => {
    const { steps, result } = await replayed({ kind: 'unknown', detail: 'no answer' });
    expect(steps).toEqual(['begin 3/4', 'send 3/4', 'end unknown']);
    expect(result.kind).toBe('unknown');
  });

  it('sends nothing when another operator has begun to send it', async () => {
    const { steps, result } = await replayed({ kind: 'sent', newOffset: 9 }, { mayBegin: false });
    expect([steps, result.kind]).toEqual([['begin 3/4'], 'done before']);
  });

  it.each(['sent', 'unknown'] as const)('sends nothing after an attempt with the outcome %s', async (outcome) => {
    const { steps, result } = await replayed({ kind: 'sent', newOffset: 9 }, { before: outcome });
    expect([steps, result.kind]).toEqual([[], 'done before']);
  });

  it('is possible again after Kafka has refused the record', async () => {
    const { result } = await replayed({ kind: 'sent', newOffset: 9 }, { before: 'refused' });
    expect(result.kind).toBe('sent');
  });

  it('does not send a record that is known only in part', async () => {
    const { steps, result } = await replayed({ kind: 'sent', newOffset: 9 }, { isComplete: false });
    expect([steps, result.kind]).toEqual([[], 'incomplete']);
  });

  interface Circumstances {
    readonly mayBegin?: boolean;
    readonly before?: Replay['outcome'];
    readonly isComplete?: boolean;
  }

  async function replayed(outcome: SendOutcome, { mayBegin = true, before, isComplete = true }: Circumstances = {}) {
    const steps: string[] = [];
    const note = (step: string, { partition, offset }: RecordPlace) => steps.push(`${step} ${partition}/${offset}`);
    const ledger = {
      ...aLedger({ passedBy: [], reason: undefined, isInRange: false }),
      begin: (place: RecordPlace) => Promise.resolve(note('begin', place) > 0 && mayBegin),
      end: (_place: RecordPlace, { kind }: SendOutcome) => Promise.resolve(void steps.push(`end ${kind}`)),
    };
    const sender = { send: (place: RecordPlace) => Promise.resolve(note('send', place) > 0 ? outcome : outcome) };
    const attempt =
      before === undefined
        ? undefined
        : { by: 'ana', atMs: 0, outcome: before, newOffset: undefined, detail: undefined };
    const persist = (operation: () => Promise<void>) => operation();
    const result = await replay({ ...letter, isComplete, replay: attempt }, { ledger, sender, persist, by: 'ana' });
    return { steps, result };
  }
});

describe('the outcome of a dead letter that was sent again', () => {
  it.each<[string, StoredOutcome, string, object]>([
    ['is "waiting" until the totals have passed it', { passedBy: ['archive'], ...nothing() }, '', { kind: 'waiting' }],
    ['is "counted" when no dead letter is stored', { passedBy: ['totals'], ...nothing() }, '', { kind: 'counted' }],
    [
      'is "dead letter" with the stored reason',
      { passedBy: ['totals'], reason: 'empty', isInRange: true },
      '',
      { kind: 'dead letter', reason: 'empty' },
    ],
    [
      'is "dead letter" with the decoder\'s reason when it lies in a range',
      { passedBy: ['totals'], reason: undefined, isInRange: true },
      '?',
      { kind: 'dead letter', reason: 'not_json' },
    ],
    [
      'is "counted" when it lies in a range and decodes to an event',
      { passedBy: ['totals'], reason: undefined, isInRange: true },
      '{"timestamp":0,"id":"a","antenna_id":"b","bytes":1,"app":"c"}',
      { kind: 'counted' },
    ],
  ])('%s', async (_name, stored, text, outcome) => {
    const reader = aReader([aRecord(9, text)]);
    expect(await outcomeOf({ partition: 3, offset: 9 }, { ledger: aLedger(stored), reader })).toMatchObject(outcome);
  });

  it('is "not known" when it lies in a range and the topic does not hold the record any more', async () => {
    const ledger = aLedger({ passedBy: ['totals'], reason: undefined, isInRange: true });
    expect(await outcomeOf({ partition: 3, offset: 9 }, { ledger, reader: aReader([]) })).toEqual({
      kind: 'not known',
    });
  });
});

function nothing() {
  return { reason: undefined, isInRange: false };
}

function find(stored: Partial<StoredDeadLetters>, records: readonly SourceRecord[], most = 100) {
  const store: DeadLetterStore = {
    list: () => Promise.resolve([]),
    find: () => Promise.resolve({ whole: [], ranges: [], replays: new Map(), ...stored }),
  };
  return findDeadLetters(SPAN, { store, reader: aReader(records), most });
}

function aReader(records: readonly SourceRecord[]): RecordReader {
  return {
    read({ firstOffset, lastOffset }, take) {
      records.filter(({ offset }) => offset >= firstOffset && offset <= lastOffset).every((record) => take(record));
      return Promise.resolve();
    },
  };
}

function aLedger(outcome: StoredOutcome): ReplayLedger {
  return {
    begin: () => Promise.resolve(true),
    end: () => Promise.resolve(),
    outcomeOf: () => Promise.resolve(outcome),
  };
}

function aRecord(offset: number, text: string): SourceRecord {
  return { offset, timestampMs: 1_000, key: null, value: Buffer.from(text) };
}

function aLetter(offset: number, text: string): WholeDeadLetter {
  const payload = Buffer.from(text);
  return { offset, reason: 'not_json', detail: '', timestampMs: 0, key: null, payload, payloadBytes: payload.length };
}
