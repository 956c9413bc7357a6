import { readFile, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { identityOf } from './process-identity.ts';

const shape = z.object({ pid: z.int().positive(), identity: z.string(), address: z.string() });

export interface Running {
  readonly pid: number;
  /** The address at which it listens. */
  readonly address: string;
}

/** Remembers a process beyond the life of the one that started it. */
export interface ProcessFile {
  /** The process that was remembered; undefined when it has ended, also if its pid is another's now. */
  running(): Promise<Running | undefined>;
  remember(process: Running): Promise<void>;
  forget(): Promise<void>;
}

export function processFile(path: string): ProcessFile {
  return {
    async running() {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      const known = text === undefined ? undefined : parse(text);
      if (known === undefined) return undefined;
      return (await identityOf(known.pid)) === known.identity ? known : undefined;
    },
    async remember({ pid, address }) {
      const identity = await identityOf(pid);
      if (identity !== undefined) await writeFile(path, `${JSON.stringify({ pid, identity, address })}\n`);
    },
    forget: () => rm(path, { force: true }),
  };
}

/** A file that was cut off remembers nothing. */
function parse(text: string): z.infer<typeof shape> | undefined {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
