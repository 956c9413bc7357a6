import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { fetchResponse } from './fetch-response.ts';

/**
 * What is changed inside kafkajs 2.2.4, in memory: the package itself is as npm brings it. lean-kafkajs.test.ts holds
 * the client to the version and to each of the assumptions made here.
 *
 * - A fetch is decoded down to the batches of records, no further. kafkajs makes of each record a message, with offset
 *   and time as 64-bit numbers and texts, and compares each offset with the one that was asked for: more than half of
 *   what a drain takes, of which we need none (docs/performance-profile.md).
 * - A request queue sets its timer only when there is something to look for. kafkajs sets it after every request, for a
 *   time that has passed, and so wakes each connection a thousand times a second: 5 % of a core for a worker without
 *   work.
 */
const topicsInBatches = new Set<string>();
let isApplied = false;

/** From now on whoever consumes this topic in this process is given stored batches in the place of messages. */
export function consumeInBatches(topic: string): void {
  topicsInBatches.add(topic);
  if (isApplied) return;
  isApplied = true;
  decodeBatchesOnly();
  checkWaitingRequestsOnly();
}

/** Brokers that do not know version 11 (before Kafka 2.3) are answered in others, which stay as they are. */
function decodeBatchesOnly(): void {
  const decode = response.decode.bind(response);
  response.decode = async (raw) =>
    (await fetchResponse(raw, (topic) => topicsInBatches.has(topic))) ?? (await decode(raw));
}

function checkWaitingRequestsOnly(): void {
  const queue = RequestQueue.prototype;
  const schedule = Reflect.get(queue, 'scheduleCheckPendingRequests');
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
