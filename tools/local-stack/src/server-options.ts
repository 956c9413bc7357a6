import type { Report } from './report.ts';

export interface ServerOptions {
  /** Folder of the stack: each server has a folder of its name in it. */
  readonly home: string;
  /** Standard error unless given. */
  readonly report?: Report | undefined;
}
