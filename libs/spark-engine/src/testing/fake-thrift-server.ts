import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A value in Thrift's binary protocol, with its type number. */
type Value = readonly [type: number, bytes: Buffer];

export const thriftInteger = (value: number): Value => [8, integer(value)];
export const thriftBoolean = (value: boolean): Value => [2, Buffer.from([Number(value)])];
export const thriftBinary = (bytes: Buffer): Value => [11, Buffer.concat([integer(bytes.length), bytes])];

/** A Thrift structure with these fields, by field number. */
export function thriftStruct(fields: Readonly<Record<number, Value>>): Value {
  const encoded = Object.entries(fields).map(([id, [type, bytes]]) => {
    const head = Buffer.alloc(3);
    head.writeUInt8(type);
    head.writeInt16BE(Number(id), 1);
    return Buffer.concat([head, bytes]);
  });
  return [12, Buffer.concat([...encoded, Buffer.from([0])])];
}

/** Answers the TCLIService calls that it has an answer for, and ignores all others. */
export class FakeThriftServer {
  readonly #server: Server;
  readonly #answers: Readonly<Record<string, Value>>;
  readonly #sockets = new Set<Socket>();

  private constructor(answers: Readonly<Record<string, Value>>) {
    this.#answers = answers;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      this.#serve(socket).catch(() => socket.destroy());
    });
  }

  static async start(answers: Readonly<Record<string, Value>>): Promise<FakeThriftServer> {
    const fake = new FakeThriftServer(answers);
    await once(fake.#server.listen(0, '127.0.0.1'), 'listening');
    return fake;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  async #serve(socket: Socket): Promise<void> {
    let received = Buffer.alloc(0);
    let isLoggedIn = false;
    for await (const data of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, data]);
      // SASL frames begin with a status byte: 1 starts; 2 and 5 carry the login, which is answered by 5, «complete».
      while (!isLoggedIn && received.length >= 5 && received.length >= 5 + received.readUInt32BE(1)) {
        isLoggedIn = received.readUInt8() !== 1;
        received = received.subarray(5 + received.readUInt32BE(1));
        if (isLoggedIn) socket.write(Buffer.from([5, 0, 0, 0, 0]));
      }
      while (isLoggedIn && received.length >= 4 && received.length >= 4 + received.readUInt32BE()) {
        const call = received.subarray(4, 4 + received.readUInt32BE());
        received = received.subarray(4 + call.length);
        this.#answer(socket, call);
      }
    }
  }

  /** Answers a call, which begins with the protocol version, the method name and the call number. */
  #answer(socket: Socket, call: Buffer): void {
    const nameEnd = 8 + call.readUInt32BE(4);
    const answer = this.#answers[call.toString('utf8', 8, nameEnd)];
    if (answer === undefined) return;
    const head = Buffer.concat([Buffer.from([0x80, 1, 0, 2]), call.subarray(4, nameEnd + 4)]);
    const [, result] = thriftStruct({ 0: answer });
    socket.write(Buffer.concat([integer(head.length + result.length), head, result]));
  }
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
