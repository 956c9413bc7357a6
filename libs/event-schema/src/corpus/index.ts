import { byteCounts } from './byte-counts.ts';
import type { CorpusRecord } from './corpus-record.ts';
import { encodings } from './encodings.ts';
import { shapes } from './shapes.ts';
import { texts } from './texts.ts';
import { timestamps } from './timestamps.ts';

export { ARRIVED_MS, type CorpusRecord } from './corpus-record.ts';

/**
 * Records that are wrong, or look it, with what has to become of each: for tests of the decoder and of everything that
 * lies behind it. Their timestamps are of 2022, so a topic that gets them with those keeps no time limit.
 */
export const badRecordCorpus: readonly CorpusRecord[] = [
  ...shapes,
  ...encodings,
  ...timestamps,
  ...texts,
  ...byteCounts,
];
