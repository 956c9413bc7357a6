import { Truth } from '@antenna/truth';
import type { KnownRecords } from '../feed/known-records.ts';

/** The truth of those records that are `wanted`. */
export function truthOf(known: KnownRecords, isWanted: (partition: number, offset: number) => boolean): Truth {
  const truth = new Truth();
  for (let partition = 0; partition < known.partitions; partition += 1) {
    for (let offset = 0; offset < known.end(partition); offset += 1) {
      const fact = known.factAt(partition, offset);
      if (fact === undefined || !isWanted(partition, offset)) continue;
      if (typeof fact === 'string') truth.reject(fact);
      else truth.add(fact);
    }
  }
  return truth;
}
