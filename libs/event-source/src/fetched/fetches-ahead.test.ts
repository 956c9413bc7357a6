import { setImmediate } from 'node:timers/promises';
import { responseMemory } from '../received/response-memory.ts';
import { fetchResponseBytes, type TestBatch } from '../testing/fetch-response-bytes.ts';
import { type FetchResponse, fetchResponse } from './fetch-response.ts';
import { FetchesAhead, type FetchRequest } from './fetches-ahead.ts';

const RECORDS_OF_BATCH = 10;

/** A broker whose partitions hold records 0 to `ends`, in batches of ten, and that sends one batch of each at a time. */
class TestBroker {
  /** The offsets that it was asked for, by partition. */
  readonly asked: (readonly number[])[] = [];
  readonly responses: FetchResponse[] = [];
  readonly ends: readonly number[];
  failure: Error | undefined;

  constructor(...ends: readonly number[]) {
    this.ends = ends;
  }

  readonly send = ({ topics }: FetchRequest): Promise<FetchResponse> => {
    const offsets = topics.flatMap(({ partitions }) => partitions.map(({ fetchOffset }) => Number(fetchOffset)));
    this.asked.push(offsets);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const partitions = offsets.map((offset, partition) => ({
      partition,
      aborted: [],
      batches: offset < (this.ends[partition] ?? 0) ? [batchFrom(offset)] : [],
      cutOff: 0,
    }));
    const sent = fetchResponseBytes('devices', partitions);
    const received = responseMemory(sent.length);
    sent.copy(received);
    const response = fetchResponse(received, () => true);
    if (response === undefined) throw new Error('a topic that is not wanted');
    const responses = response.responses.map((each) => ({
      ...each,
      partitions: each.partitions.map((one) => ({ ...one, lastStableOffset: String(this.ends[one.partition]) })),
    }));
    const whole = { ...response, responses };
    this.responses.push(whole);
    return Promise.resolve(whole);
  };
}

function batchFrom(firstOffset: number): TestBatch {
  return {
    firstOffset,
    firstTimestampMs: 0n,
    maxTimestampMs: 0n,
    hasAppendTime: false,
    isGzipped: false,
    isControl: false,
    producerId: -1,
    records: Array.from({ length: RECORDS_OF_BATCH }, (_, offsetDelta) => ({
      offsetDelta,
      timestampDelta: 0n,
      key: null,
      value: Buffer.alloc(1_000),
      headers: [],
    })),
  };
}

function from(...offsets: readonly number[]): FetchRequest {
  const partitions = offsets.map((offset, partition) => ({ partition, fetchOffset: String(offset) }));
  return { topics: [{ topic: 'devices', partitions }] };
}

/** The bytes that each set of a response still has. */
function sizesOf(response: FetchResponse | undefined): readonly (number | undefined)[] {
  const partitions = response?.responses.flatMap((each) => each.partitions) ?? [];
  return partitions.map(({ messages }) => messages[0]?.bytes.length);
}

describe('a fetch ahead', () => {
  it('asks for what is behind a response as soon as it has arrived, and answers the next fetch', async () => {
    const broker = new TestBroker(100, 100);
    const ahead = new FetchesAhead();
    await ahead.fetch(broker, from(0, 50), broker.send);
    expect(broker.asked).toEqual([
      [0, 50],
      [10, 60],
    ]);
    expect(await ahead.fetch(broker, from(10, 60), broker.send)).toBe(broker.responses[1]);
    expect(broker.asked.slice(2)).toEqual([[20, 70]]);
  });

  it('asks a partition that has brought nothing from the same offset again, while another one has more', async () => {
    const broker = new TestBroker(100, 50);
    await new FetchesAhead().fetch(broker, from(0, 50), broker.send);
    expect(broker.asked[1]).toEqual([10, 50]);
  });

  it.each([
    ['everything has arrived', 10, 50],
    ['nothing has arrived', 0, 50],
  ])('is not sent when %s: it would wait at the broker, and a later request behind it', async (_case, ...ends) => {
    const broker = new TestBroker(...ends);
    await new FetchesAhead().fetch(broker, from(0, 50), broker.send);
    expect(broker.asked).toHaveLength(1);
  });

  it('is not used when the next request asks for another offset: its memory is freed, and the request is sent', async () => {
    const broker = new TestBroker(100, 100);
    const ahead = new FetchesAhead();
    await ahead.fetch(broker, from(0, 50), broker.send);
    await ahead.fetch(broker, from(10, 70), broker.send);
    await setImmediate();
    expect(broker.asked[2]).toEqual([10, 70]);
    expect(sizesOf(broker.responses[1])).toEqual([0, 0]);
    expect(sizesOf(broker.responses[0])).not.toContain(0);
  });

  it('is not used when the next request asks for other partitions', async () => {
    const broker = new TestBroker(100, 100);
    const ahead = new FetchesAhead();
    await ahead.fetch(broker, from(0, 50), broker.send);
    await ahead.fetch(broker, from(10), broker.send);
    expect(broker.asked[2]).toEqual([10]);
  });

  it('answers only requests to the broker that it was sent to', async () => {
    const [broker, other] = [new TestBroker(100, 100), new TestBroker(100, 100)];
    const ahead = new FetchesAhead();
    await ahead.fetch(broker, from(0, 50), broker.send);
    await ahead.fetch(other, from(10, 60), other.send);
    expect(other.asked[0]).toEqual([10, 60]);
    expect(await ahead.fetch(broker, from(10, 60), broker.send)).toBe(broker.responses[1]);
  });

  it('has its response freed when it is forgotten, and the next request is sent to the broker', async () => {
    const broker = new TestBroker(100, 100);
    const ahead = new FetchesAhead();
    await ahead.fetch(broker, from(0, 50), broker.send);
    ahead.forget();
    await setImmediate();
    expect(sizesOf(broker.responses[1])).toEqual([0, 0]);
    await ahead.fetch(broker, from(10, 60), broker.send);
    expect(broker.asked[2]).toEqual([10, 60]);
  });

  it('is not sent when fetches were forgotten while the one before it was under way', async () => {
    const broker = new TestBroker(100, 100);
    const ahead = new FetchesAhead();
    const fetch = ahead.fetch(broker, from(0, 50), broker.send);
    ahead.forget();
    await fetch;
    expect(broker.asked).toHaveLength(1);
  });

  it('is ignored after it has failed: the next request is sent to the broker', async () => {
    const broker = new TestBroker(100, 100);
    const ahead = new FetchesAhead();
    const first = ahead.fetch(broker, from(0, 50), broker.send);
    broker.failure = new Error('the connection was closed');
    await first;
    await setImmediate();
    broker.failure = undefined;
    await ahead.fetch(broker, from(10, 60), broker.send);
    expect(broker.asked.slice(2)).toEqual([
      [10, 60],
      [20, 70],
    ]);
  });

  it('that fails while a request waits for its response fails this request', async () => {
    const broker = new TestBroker(100, 100);
    const ahead = new FetchesAhead();
    const failing = Promise.withResolvers<FetchResponse>();
    const first = from(0, 50);
    await ahead.fetch(broker, first, (request) => (request === first ? broker.send(request) : failing.promise));
    const waiting = ahead.fetch(broker, from(10, 60), broker.send);
    failing.reject(new Error('the connection was closed'));
    await expect(waiting).rejects.toThrow('the connection was closed');
  });
});
