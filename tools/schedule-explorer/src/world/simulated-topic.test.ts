import { AbortedTransactions } from '@antenna/event-source';
import { Choices } from '../choices.ts';
import { anyLog } from './simulated-log.ts';
import { SimulatedPartition } from './simulated-topic.ts';

const LOGS = 300;

function aPartition(seed: number): SimulatedPartition {
  return new SimulatedPartition(0, { log: anyLog(Choices.seeded(seed)), AbortedTransactions });
}

function offsetsRead(partition: SimulatedPartition, from: number, batchesAtATime: number): number[] {
  const offsets: number[] = [];
  for (let parts = partition.fetch(from, batchesAtATime); parts.length > 0;) {
    offsets.push(...parts.flatMap(({ records }) => records.map(({ offset }) => offset)));
    parts = partition.fetch(parts.at(-1)?.nextOffset ?? 0, batchesAtATime);
  }
  return offsets;
}

describe('a simulated partition', () => {
  it('shows the committed records, from wherever and in however small fetches they are read', () => {
    for (let seed = 1; seed <= LOGS; seed += 1) {
      const partition = aPartition(seed);
      partition.produce(0);
      for (let from = 0; from < partition.end; from += 1) {
        const committed = partition.known(from, partition.end).map(({ offset }) => offset);
        expect(offsetsRead(partition, from, 1)).toEqual(committed);
        expect(offsetsRead(partition, from, 4)).toEqual(committed);
      }
    }
  });

  it('shows nothing from the beginning of the oldest open transaction on', () => {
    let hidden = 0;
    for (let seed = 1; seed <= LOGS; seed += 1) {
      const partition = aPartition(seed);
      partition.produce(0, Math.ceil(partition.unproduced / 2));
      expect(partition.stable).toBeLessThanOrEqual(partition.latest);
      for (const offset of offsetsRead(partition, 0, 2)) expect(offset).toBeLessThan(partition.stable);
      if (partition.stable < partition.latest) hidden += 1;
    }
    expect(hidden).toBeGreaterThan(LOGS / 10);
  });

  it('has transactions that end in another order than they began', () => {
    const logs = Array.from({ length: LOGS }, (_, seed) => anyLog(Choices.seeded(seed)).transactions);
    const swapped = logs.filter((ended) =>
      ended.some(({ firstOffset }, index) => index > 0 && firstOffset < (ended[index - 1]?.firstOffset ?? 0)),
    );
    expect(swapped.length).toBeGreaterThan(LOGS / 50);
  });
});
