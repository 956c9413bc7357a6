import { product, productService } from '../contestants/product.ts';
import { spark, sparkService } from '../contestants/spark.ts';
import type { CommandLine } from '../measure/run-measured.ts';
import type { PeerInstallation } from '../peer/peer-installation.ts';
import type { RunPlace } from '../stack/run-place.ts';
import type { TotalsTable } from '../stream/probe-times.ts';

/** A speed layer as a service. */
export interface StreamingContestant {
  readonly name: string;
  readonly table: TotalsTable;
  /** Whether it shows an event soon, or only when its window is over. */
  readonly shows: 'events' | 'closed windows';
  prepare(at: RunPlace): Promise<void>;
  service(at: RunPlace, topic: string): CommandLine;
}

export const productStreaming: StreamingContestant = {
  name: product.name,
  table: 'bytes',
  shows: 'events',
  prepare: (at) => product.prepare(at, []),
  service: (at, topic) => productService(at, topic, 0),
};

export function sparkStreaming(peer: PeerInstallation, mode: 'append' | 'update'): StreamingContestant {
  return {
    name: `spark ${mode} mode`,
    table: mode === 'append' ? 'bytes' : 'bytes_latest',
    shows: mode === 'append' ? 'closed windows' : 'events',
    prepare: (at) => spark(peer, 'combined').prepare(at, []),
    service: (at, topic) => sparkService(peer, at, { topic, mode }),
  };
}
