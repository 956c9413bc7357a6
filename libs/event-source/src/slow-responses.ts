import { setImmediate, setInterval } from 'node:timers';
import Runner from 'kafkajs/src/consumer/runner.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How often each connection is checked for a silent broker. */
const LOOK_MS = 100;

/** When each connection last received bytes (milliseconds since 1970). */
const heardMs = new WeakMap<RequestQueue, number>();

let timesOutOnSilence = false;
let heartbeatsWhileFetching = false;

/**
 * From now on a request in this process times out only when its connection has been silent for the time-out. Unpatched,
 * kafkajs times a request out when the whole response has not arrived by then: over a link of 400 kB/s a fetch of 8 MiB
 * takes 21 s and is repeated without end. Brokers answer the requests of a connection in order, so a response that
 * arrives slowly is a sign of life for the requests behind it.
 */
export function timeOutOnSilence(): void {
  if (timesOutOnSilence) return;
  timesOutOnSilence = true;
  noteWhatIsHeard();
  RequestQueue.prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(() => {
      // setImmediate runs after the sockets have been read: a response may have arrived while this process could not run.
      setImmediate(timeOutSilentRequests, this);
    }, LOOK_MS);
  };
}

function noteWhatIsHeard(): void {
  const connection = Connection.prototype;
  const processData = Reflect.get(connection, 'processData');
  connection.processData = function (this: Connection, bytes: Buffer) {
    heardMs.set(this.requestQueue, Date.now());
    processData.call(this, bytes);
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
 * From now on consumers in this process also send heartbeats while they wait for a fetch. Unpatched, kafkajs sends none
 * until the response has arrived, and the group reassigns the partitions of a slow member.
 */
export function heartbeatWhileFetching(): void {
  if (heartbeatsWhileFetching) return;
  heartbeatsWhileFetching = true;
  const fetch = Reflect.get(Runner.prototype, 'fetch');
  Runner.prototype.fetch = async function (this: Runner, nodeId: number) {
    const beating = setInterval(() => {
      // The heartbeat after the fetch notices a rebalance.
      this.heartbeat().catch(() => undefined);
    }, this.heartbeatInterval);
    try {
      return await fetch.call(this, nodeId);
    } finally {
      clearInterval(beating);
    }
  };
}
