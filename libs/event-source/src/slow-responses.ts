import { setInterval } from 'node:timers';
import Runner from 'kafkajs/src/consumer/runner.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How often each connection looks for a broker that is silent. */
const LOOK_MS = 100;

/** A response begins with its length, a number of 32 bits. */
const LENGTH_BYTES = 4;

/** When each connection last received something, milliseconds since 1970. */
const heardMs = new WeakMap<RequestQueue, number>();

let timesOutOnSilence = false;
let heartbeatsWhileFetching = false;

/**
 * From now on clients in this process give a request up when its connection has been silent for its time-out. As
 * released, kafkajs gives it up when the whole response has not come by then: over a link that carries 400 kB/s a fetch
 * of 8 MiB takes 21 s, and would be begun again for ever. Brokers answer the requests of a connection in their order, so
 * that a response which arrives slowly is a sign of life for those that wait behind it.
 */
export function timeOutOnSilence(): void {
  if (timesOutOnSilence) return;
  timesOutOnSilence = true;
  noteWhatIsHeard();
  RequestQueue.prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(() => {
      timeOutSilentRequests(this);
    }, LOOK_MS);
  };
}

function noteWhatIsHeard(): void {
  const connection = Connection.prototype;
  const [processData, connect] = [Reflect.get(connection, 'processData'), Reflect.get(connection, 'connect')];
  connection.processData = function (this: Connection, bytes: Buffer) {
    heardMs.set(this.requestQueue, Date.now());
    processData.call(this, bytes);
  };
  // As released, a connection that is made again takes what comes for the rest of a response that was cut off before.
  connection.connect = function (this: Connection) {
    if (!this.isConnected()) Object.assign(this, { chunks: [], bytesBuffered: 0, bytesNeeded: LENGTH_BYTES });
    return connect.call(this);
  };
}

function timeOutSilentRequests(queue: RequestQueue): void {
  const nowMs = Date.now();
  for (const request of queue.inflight.values()) {
    const sinceMs = Math.max(request.sentAt, heardMs.get(queue) ?? 0);
    if (nowMs - sinceMs > request.requestTimeout) request.timeoutRequest();
  }
  if (!queue.isConnected()) queue.destroy();
}

/**
 * From now on consumers in this process send heartbeats while they wait for a fetch, too. As released, kafkajs sends none
 * until the response has come, and the group gives the partitions of a slow member away.
 */
export function heartbeatWhileFetching(): void {
  if (heartbeatsWhileFetching) return;
  heartbeatsWhileFetching = true;
  const fetch = Reflect.get(Runner.prototype, 'fetch');
  Runner.prototype.fetch = async function (this: Runner, nodeId: number) {
    const beating = setInterval(() => {
      // A rebalance is noticed by the heartbeat after the fetch.
      this.heartbeat().catch(() => undefined);
    }, this.heartbeatInterval);
    try {
      return await fetch.call(this, nodeId);
    } finally {
      clearInterval(beating);
    }
  };
}
