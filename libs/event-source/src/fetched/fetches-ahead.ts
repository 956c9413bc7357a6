import type { FetchResponse } from './fetch-response.ts';
import { endOffset } from './packed-batch.ts';

/** What a fetch asks one broker for. */
export interface FetchRequest {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly RequestedPartition[];
  }[];
}

interface RequestedPartition {
  readonly partition: number;
  readonly fetchOffset: string;
}

/** A response that arrived longer ago is not used: what it says of the ends of the partitions may have changed. */
const MAX_AGE_MS = 1_000;

/**
 * Sends the next fetch to a broker as soon as the response to the one before has arrived, so that it is answered while the
 * records of that one are read. Otherwise broker and worker take turns.
 *
 * A fetch is sent ahead only while the broker has more records of a partition that it has just sent some of: it answers at
 * once then, and no later request waits behind it. A response whose offsets are not the ones that are asked for next is freed.
 */
export class FetchesAhead {
  readonly #nowMs: () => number;
  #next: FetchAhead | undefined;

  /** @param nowMs a clock in milliseconds. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** The response to a request: one that was sent ahead, or that of `send`. Rejects as `send` does. */
  async fetch<Request extends FetchRequest>(
    request: Request,
    send: (request: Request) => Promise<FetchResponse>,
  ): Promise<FetchResponse> {
    const ahead = this.#next;
    this.#next = undefined;
    const isAnswered = ahead?.answers(request) === true;
    if (!isAnswered) ahead?.discard();
    const response = await (isAnswered ? ahead.response : send(request));
    const next = requestBehind(request, response);
    if (next !== undefined) this.#next = new FetchAhead(next, send(next), this.#nowMs);
    return response;
  }
}

class FetchAhead {
  readonly response: Promise<FetchResponse>;
  readonly #request: FetchRequest;
  readonly #nowMs: () => number;
  #arrivedMs: number | undefined;
  #hasFailed = false;

  constructor(request: FetchRequest, response: Promise<FetchResponse>, nowMs: () => number) {
    this.#request = request;
    this.#nowMs = nowMs;
    this.response = response;
    response.then(
      () => (this.#arrivedMs = nowMs()),
      () => (this.#hasFailed = true),
    );
  }

  /** Whether its response, if it has not failed yet, is that of a request which is made now. */
  answers(request: FetchRequest): boolean {
    const ageMs = this.#arrivedMs === undefined ? 0 : this.#nowMs() - this.#arrivedMs;
    return !this.#hasFailed && ageMs <= MAX_AGE_MS && placesOf(request) === placesOf(this.#request);
  }

  discard(): void {
    const free = ({ responses }: FetchResponse) => {
      for (const { messages } of responses.flatMap(({ partitions }) => partitions)) messages[0]?.release();
    };
    this.response.then(free, () => undefined);
  }
}

/** Partitions and offsets of a request, as a text to compare. */
function placesOf({ topics }: FetchRequest): string {
  return JSON.stringify(
    topics.map(({ topic, partitions }) => [
      topic,
      partitions.map(({ partition, fetchOffset }) => [partition, fetchOffset]),
    ]),
  );
}

/** The same request behind the received batches; undefined when the broker may have nothing more. */
function requestBehind<Request extends FetchRequest>(request: Request, response: FetchResponse): Request | undefined {
  const ends = new Map<string, number>();
  let hasMore = false;
  for (const { topicName, partitions } of response.responses) {
    for (const { partition, messages, lastStableOffset } of partitions) {
      const end = messages[0] && endOffset(messages[0].bytes);
      if (end === undefined) continue;
      ends.set(`${topicName}/${partition}`, end);
      hasMore ||= end < Number(lastStableOffset);
    }
  }
  if (!hasMore) return undefined;
  const topics = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((requested) => {
      const end = ends.get(`${topic}/${requested.partition}`);
      return end === undefined ? requested : { ...requested, fetchOffset: String(end) };
    }),
  }));
  return { ...request, topics };
}
