import Connection from 'kafkajs/src/network/connection.js';
import { ResponseCollector } from './response-collector.ts';

const collectors = new WeakMap<Connection, ResponseCollector>();
let isApplied = false;

/**
 * From now on each connection of this process copies what it receives into memory of the size of the response. Unpatched,
 * kafkajs keeps all pieces of a response until the last has arrived, and then joins them.
 */
export function collectResponses(): void {
  if (isApplied) return;
  isApplied = true;
  const connection = Connection.prototype;
  const [processData, connect] = [Reflect.get(connection, 'processData'), Reflect.get(connection, 'connect')];
  connection.processData = function (this: Connection, bytes: Buffer) {
    if (this.authHandlers !== null && !this.authExpectResponse) {
      processData.call(this, Buffer.from(bytes));
      return;
    }
    const collector = collectorOf(this);
    for (const response of collector.add(bytes)) {
      Object.assign(this, { chunks: [], bytesBuffered: 0 });
      processData.call(this, response);
    }
    this.bytesBuffered = collector.unreadBytes;
  };
  // Unpatched, a connection that is made again treats its first bytes as the rest of a response that was cut off.
  connection.connect = function (this: Connection) {
    if (!this.isConnected()) collectors.delete(this);
    return connect.call(this);
  };
}

function collectorOf(connection: Connection): ResponseCollector {
  const known = collectors.get(connection);
  if (known !== undefined) return known;
  const collector = new ResponseCollector();
  collectors.set(connection, collector);
  return collector;
}
