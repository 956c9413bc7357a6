import Broker from 'kafkajs/src/broker/index.js';
import type { FetchResponse } from './fetched/fetch-response.ts';
import { FetchesAhead } from './fetched/fetches-ahead.ts';

const topicsReadAhead = new Set<string>();
let fetchesAhead = new WeakMap<Broker, FetchesAhead>();
let isApplied = false;

/**
 * From now on the consumers of this topic in this process, which get it in sets, fetch ahead. Unpatched, kafkajs 2.2.4 sends
 * the next fetch when all records of the one before have been taken. read-ahead.itest.ts pins the assumptions made here.
 */
export function readAhead(topic: string): void {
  topicsReadAhead.add(topic);
  if (isApplied) return;
  isApplied = true;
  const broker = Broker.prototype;
  const fetch = Reflect.get(broker, 'fetch');
  broker.fetch = async function (this: Broker, request) {
    if (!request.topics.every((each) => topicsReadAhead.has(each.topic))) return await fetch.call(this, request);
    // Of a topic that is consumed in sets, kafkajs-patches.ts decodes the response.
    return await aheadOf(this).fetch(request, (next) => fetch.call(this, next) as Promise<FetchResponse>);
  };
}

/** What was fetched ahead before a claim is not used after it. */
export function forgetFetchesAhead(): void {
  fetchesAhead = new WeakMap();
}

function aheadOf(broker: Broker): FetchesAhead {
  const known = fetchesAhead.get(broker);
  if (known !== undefined) return known;
  const ahead = new FetchesAhead();
  fetchesAhead.set(broker, ahead);
  return ahead;
}
