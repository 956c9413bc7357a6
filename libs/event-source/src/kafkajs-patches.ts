import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { fetchResponse } from './fetched/fetch-response.ts';

/**
 * What is changed inside kafkajs 2.2.4, in memory: the package itself is as npm brings it. lean-kafkajs.test.ts holds
 * the client to the version and to each of the assumptions made here.
 *
 * - A fetch is decoded down to what it holds of each partition, no further. kafkajs unpacks all of it and makes of each
 *   record a message, with offset and time as 64-bit numbers and texts, and compares each offset with the one that was
 *   asked for: more than half of what a drain takes, of which nothing is needed (docs/performance-profile.md).
 * - A request queue sets its timer only when there is something to look for. kafkajs sets it after every request, for a
 *   time that has passed, and so wakes each connection a thousand times a second: 5 % of a core for a worker without
 *   work.
 */
const topicsInSets = new Set<string>();
let isApplied = false;

/** From now on the consumers of this topic in this process are given a `FetchedSet` in the place of messages. */
export function consumeInSets(topic: string): void {
  topicsInSets.add(topic);
  if (isApplied) return;
  isApplied = true;
  decodeSetsOnly();
  checkWaitingRequestsOnly();
}

/** Brokers that do not know version 11 (before Kafka 2.3) are refused before they are asked: see old-brokers.ts. */
function decodeSetsOnly(): void {
  const decode = response.decode.bind(response);
  response.decode = async (raw) => fetchResponse(raw, (topic) => topicsInSets.has(topic)) ?? (await decode(raw));
}

function checkWaitingRequestsOnly(): void {
  const queue = RequestQueue.prototype;
  const schedule = Reflect.get(queue, 'scheduleCheckPendingRequests');
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
