import { ProductError } from '@antenna/cli';
import { execa } from 'execa';

/** The cluster lacks what the checks need. */
export class ClusterNotReadyError extends ProductError {
  readonly code = 'CLUSTER_NOT_READY';
}

interface Target {
  readonly namespace: string;
  /** As kubectl names it: `service/postgres`. */
  readonly name: string;
  readonly port: number;
  /** Port of this machine; any that is free unless given. */
  readonly localPort?: number;
}

/** A port of this machine that leads into the cluster. */
export interface PortForward {
  readonly localPort: number;
  close(): Promise<void>;
}

const DEADLINE_MS = 60_000;

/** @throws {ClusterNotReadyError} when it cannot be made. */
export async function forwardPort({ namespace, name, port, localPort }: Target): Promise<PortForward> {
  const args = [`--namespace=${namespace}`, 'port-forward', name, `${localPort ?? ''}:${port}`];
  const forwarding = execa('kubectl', args, { reject: false, stdin: 'ignore', all: true, buffer: false });
  const close = async () => {
    forwarding.kill();
    await forwarding;
  };
  const { promise: found, resolve } = Promise.withResolvers<number | undefined>();
  const tooLate = setTimeout(resolve, DEADLINE_MS, undefined);
  let output = '';
  forwarding.all.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2_000);
    const text = /^Forwarding from 127\.0\.0\.1:(\d+)/m.exec(output)?.[1];
    if (text !== undefined) resolve(Number(text));
  });
  void forwarding.then(() => {
    resolve(undefined);
  });
  const bound = await found;
  clearTimeout(tooLate);
  if (bound !== undefined) return { localPort: bound, close };
  await close();
  throw new ClusterNotReadyError(`kubectl ${args.join(' ')} leads nowhere: ${output.trim()}`);
}
