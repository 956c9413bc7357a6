import { ProductError } from '@antenna/cli';
import { execa, ExecaError } from 'execa';

/** kubectl refused, or did not come to an end. */
export class KubectlFailedError extends ProductError {
  readonly code = 'KUBECTL_FAILED';
}

export interface KubectlOptions {
  /** What to write to its standard input. */
  readonly input?: string;
  /** Two minutes unless given. */
  readonly timeoutMs?: number;
}

/**
 * Runs kubectl, with the cluster that KUBECONFIG names.
 * @returns its standard output.
 * @throws {KubectlFailedError} with what it had to say.
 */
export async function kubectl(args: readonly string[], { input, timeoutMs }: KubectlOptions = {}): Promise<string> {
  try {
    const { stdout } = await execa('kubectl', args, {
      timeout: timeoutMs ?? 120_000,
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw new KubectlFailedError(`${error.shortMessage}\n${String(error.stderr).trimEnd()}`.trimEnd(), {
      cause: error,
    });
  }
}

/** kubectl in a namespace. */
export type InNamespace = (args: readonly string[], options?: KubectlOptions) => Promise<string>;

export function inNamespace(namespace: string): InNamespace {
  return (args, options) => kubectl([`--namespace=${namespace}`, ...args], options);
}
