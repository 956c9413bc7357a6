import type { ServiceName } from '@antenna/local-stack';

export type Addresses = Partial<Record<ServiceName, string>>;

/** Services that were started for one run of the tests. */
export interface Provided {
  readonly addresses: Addresses;
  /** Ends them and deletes their data. */
  stop(): Promise<void>;
}
