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

/**
 * Sends the next fetch to a broker as soon as the response to the one before has arrived, so that it is answered while the
 * records of that one are read. Otherwise the broker waits while the worker reads, and the worker while the broker answers.
 *
 * A fetch is sent ahead only while the broker has more records of a partition that it has just sent some of: it answers at
 * once then, instead of waiting for records. A response whose offsets are not the ones that are asked for next is freed.
 */
export class FetchesAhead {
  /** The fetch that was sent ahead to each broker, if there is one. */
  readonly #ahead = new Map<object, FetchAhead>();
  #timesForgotten = 0;

  /**
   * The response of a broker to a request: to the one that was sent ahead if it is the same, otherwise that of `send`. Rejects
   * as `send` does.
   */
  async fetch<Request extends FetchRequest>(
    broker: object,
    request: Request,
    send: (request: Request) => Promise<FetchResponse>,
  ): Promise<FetchResponse> {
    const timesForgotten = this.#timesForgotten;
    const response = await (this.#take(broker, request) ?? send(request));
    const next = timesForgotten === this.#timesForgotten ? requestBehind(request, response) : undefined;
    if (next !== undefined) this.#ahead.set(broker, new FetchAhead(next, send(next)));
    return response;
  }

  /**
   * Called when partitions are paused, or are to be read from other offsets: frees what was fetched ahead, and sends no fetch
   * behind those that are under way.
   */
  forget(): void {
    this.#timesForgotten += 1;
    for (const ahead of this.#ahead.values()) ahead.discard();
    this.#ahead.clear();
  }

  #take(broker: object, request: FetchRequest): Promise<FetchResponse> | undefined {
    const ahead = this.#ahead.get(broker);
    this.#ahead.delete(broker);
    if (ahead?.answers(request) === true) return ahead.response;
    ahead?.discard();
    return undefined;
  }
}

class FetchAhead {
  readonly response: Promise<FetchResponse>;
  readonly #request: FetchRequest;
  #hasFailed = false;

  constructor(request: FetchRequest, response: Promise<FetchResponse>) {
    this.#request = request;
    this.response = response;
    response.catch(() => (this.#hasFailed = true));
  }

  /** Whether its response is that of a request which is made now. One that has failed answers none. */
  answers(request: FetchRequest): boolean {
    return !this.#hasFailed && placesOf(request) === placesOf(this.#request);
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
