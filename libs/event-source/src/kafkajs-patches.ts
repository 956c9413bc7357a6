import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { fetchResponse } from './fetched/fetch-response.ts';

/**
 * Patches of kafkajs 2.2.4, applied in memory: the installed package stays as npm delivers it. kafkajs-patches.test.ts
 * pins the version and each assumption made here.
 *
 * - A fetch response is decoded only down to the stored batches of each partition. kafkajs unpacks everything and
 *   builds a message for each record, with offset and time as 64-bit numbers and texts, and compares each offset with
 *   the fetched one: more than half of the time of a drain, for results that are not used
 *   (docs/performance-profile.md).
 * - A request queue sets its timer only while requests are waiting. kafkajs sets it after every request, for a time
 *   that has passed already, and so wakes each connection a thousand times a second: 5 % of a core for an idle worker.
 */
const topicsInSets = new Set<string>();
let isApplied = false;

/** From now on the consumers of this topic in this process get a `FetchedSet` in place of messages. */
export function consumeInSets(topic: string): void {
  topicsInSets.add(topic);
  if (isApplied) return;
  isApplied = true;
  decodeSetsOnly();
  checkWaitingRequestsOnly();
}

/** Brokers without fetch version 11 (before Kafka 2.3) are refused at connection: see old-brokers.ts. */
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
