import type { Workload } from '../workload/workload.ts';

/** How much is measured. */
export interface Sizes {
  /** The topic that is drained. */
  readonly workload: Workload;
  readonly rounds: {
    readonly product: number;
    readonly separate: number;
    readonly combined: number;
    /** Batch hours of the peer, the JVM of which takes its time. */
    readonly peerBatch: number;
  };
  readonly freshness: {
    /** Events a second; undefined: half of what the product drains. */
    readonly productRates: readonly (number | undefined)[];
    readonly peerUpdateRates: readonly number[];
    readonly peerAppendRates: readonly number[];
    readonly seconds: number;
  };
  readonly idle: { readonly settleSeconds: number; readonly seconds: number; readonly withPeer: boolean };
}

/** Three quarters of an hour. */
export const fullSizes: Sizes = {
  workload: { events: 5_000_000, users: 20_000, partitions: 4, hours: 3 },
  rounds: { product: 5, separate: 5, combined: 5, peerBatch: 5 },
  freshness: {
    productRates: [1_000, 20_000, undefined],
    peerUpdateRates: [1_000, 20_000],
    peerAppendRates: [1_000],
    seconds: 60,
  },
  idle: { settleSeconds: 20, seconds: 60, withPeer: true },
};

/** Less than five minutes: small enough that the start of a process weighs more than it should. */
export const quickSizes: Sizes = {
  workload: { events: 300_000, users: 5_000, partitions: 4, hours: 3 },
  rounds: { product: 3, separate: 1, combined: 3, peerBatch: 1 },
  freshness: { productRates: [20_000], peerUpdateRates: [], peerAppendRates: [], seconds: 15 },
  idle: { settleSeconds: 5, seconds: 15, withPeer: false },
};
