import Broker from 'kafkajs/src/broker/index.js';
import type { FetchResponse } from './fetched/fetch-response.ts';
import { FetchesAhead } from './fetched/fetches-ahead.ts';

const aheadByTopic = new Map<string, FetchesAhead>();
let isApplied = false;

/**
 * From now on the consumers of this topic in this process, which get it in sets (kafkajs-patches.ts), fetch ahead. Unpatched,
 * kafkajs 2.2.4 sends the next fetch when all records of the one before have been taken. read-ahead.itest.ts pins the
 * assumptions made here.
 *
 * @returns what all of these consumers have fetched ahead. One that pauses partitions or reads from other offsets has to forget
 * it; the others then lose at most a response.
 */
export function readAhead(topic: string): FetchesAhead {
  const known = aheadByTopic.get(topic);
  if (known !== undefined) return known;
  const ahead = new FetchesAhead();
  aheadByTopic.set(topic, ahead);
  applyOnce();
  return ahead;
}

function applyOnce(): void {
  if (isApplied) return;
  isApplied = true;
  const broker = Broker.prototype;
  const fetch = Reflect.get(broker, 'fetch');
  broker.fetch = async function (this: Broker, request) {
    const [topic, ...others] = request.topics;
    const ahead = others.length === 0 ? aheadByTopic.get(topic?.topic ?? '') : undefined;
    if (ahead === undefined) return await fetch.call(this, request);
    return await ahead.fetch(this, request, (next) => fetch.call(this, next) as Promise<FetchResponse>);
  };
}
