import type { Sink } from '@antenna/ingestion';
import type { Database } from '../system/database.ts';

/** Records that somebody has accepted as lost: [from, to). */
export interface Gap {
  readonly sink: Sink;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What was announced as lost, for one sink. */
export class Gaps {
  readonly #byPartition: ReadonlyMap<number, readonly Gap[]>;

  constructor(gaps: readonly Gap[], sink: Sink) {
    this.#byPartition = Map.groupBy(
      gaps.filter((gap) => gap.sink === sink),
      ({ partition }) => partition,
    );
  }

  hold(partition: number, offset: number): boolean {
    return this.#byPartition.get(partition)?.some(({ from, to }) => offset >= from && offset < to) ?? false;
  }
}

export async function acknowledgedGaps(database: Database): Promise<readonly Gap[]> {
  const rows = await database.query<{ sink: Sink; partition: number; from_offset: string; to_offset: string }>(
    'SELECT sink, partition, from_offset, to_offset FROM pipeline.acknowledged_gap ORDER BY id',
  );
  return rows.map(({ sink, partition, from_offset: from, to_offset: to }) => ({
    sink,
    partition,
    from: Number(from),
    to: Number(to),
  }));
}
