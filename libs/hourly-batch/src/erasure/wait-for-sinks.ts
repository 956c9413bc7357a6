import type { ReadPosition, ReadPositions } from './ports.ts';

/** One sink has read records that another sink has not passed yet: these could bring the person back. */
class RecordsWaitingError extends Error {
  readonly code = 'ERASURE_WAITS';
  override readonly name = 'RecordsWaitingError';

  constructor(waiting: readonly ReadPosition[]) {
    const places = waiting.map(
      ({ topic, partition, passedOffset, readOffset }) =>
        `partition ${partition} of ${topic} (read up to ${readOffset}, counted and archived up to ${passedOffset})`,
    );
    super(
      `nothing was erased: records are counted and not archived yet, or the other way round, in ${places.join(', ')}`,
    );
  }
}

/**
 * Waits until every sink has passed what some sink had read at the beginning. Then the totals and the files of the
 * manifest hold every record of the person that was read by then.
 * @param pause waits for a moment; false when the time is over.
 * @throws {RecordsWaitingError} when the time is over before.
 */
export async function waitForSinks(stream: ReadPositions, pause: () => Promise<boolean>): Promise<void> {
  const ends = await stream.positions();
  let waiting = behind(ends, ends);
  while (waiting.length > 0) {
    if (!(await pause())) throw new RecordsWaitingError(waiting);
    waiting = behind(await stream.positions(), ends);
  }
}

/** The partitions in which some sink has not passed the noted end. A partition that is out of use by now is left out. */
function behind(now: readonly ReadPosition[], ends: readonly ReadPosition[]): readonly ReadPosition[] {
  return now.flatMap((position) => {
    const end = ends.find(({ topic, partition }) => topic === position.topic && partition === position.partition);
    return end === undefined || position.passedOffset >= end.readOffset
      ? []
      : [{ ...position, readOffset: end.readOffset }];
  });
}
