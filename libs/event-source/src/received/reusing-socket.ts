import { connect, type Socket } from 'node:net';

/** What is received at a time. */
const RECEIVED_BYTES = 2 ** 18;

const KEEP_ALIVE_MS = 60_000;

/**
 * A TCP connection that receives all into the same memory: a listener of `data` has to take what it needs before it
 * returns. An ordinary socket allocates 64 KiB for each piece.
 */
export function reusingSocket(host: string, port: number, onConnect: () => void): Socket {
  const buffer = Buffer.allocUnsafeSlow(RECEIVED_BYTES);
  const callback = (bytes: number) => {
    socket.emit('data', buffer.subarray(0, bytes));
    return true;
  };
  const socket: Socket = connect({ host, port, onread: { buffer, callback } }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_MS);
}
