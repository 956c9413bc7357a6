import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedRecord } from '@antenna/simulator';
import { within } from '@antenna/test-kit';
import { appendKnown, idempotentProducer } from '../feed/appended.ts';
import { eventsOf } from '../feed/simulation.ts';
import type { System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';
import { untilDone } from './operator.ts';

/** A person is erased while the workers go on, by a command that is killed at any instant and run again. */
export const erasedPerson: FaultKind = {
  archives: ANY_ARCHIVE,
  seconds: 30,
  draw(chance) {
    const [partition, seed] = [chance.integer(0, 11), chance.integer(0, 1_000_000)];
    const [events, killedAfterMs] = [chance.integer(20, 400), chance.integer(500, 5_000)];
    return {
      name: 'a person erased by a command that is killed and run again',
      text: `erase a person with ${events} events in partition ${partition}, kill it after ${killedAfterMs} ms, and again`,
      resource: undefined,
      async inject(system) {
        const id = `erased-${seed}`;
        const end = await system.feed.writing(() => send(system, partition, eventsOf(id, seed, events)));
        if (!(await isArchived(system, partition, end))) {
          system.tally.count('nobody erased: the events were not archived in time');
          return;
        }
        const command = ['erase', `--user=${id}`, '--wait=60'];
        const killed = system.startBatchLayer(...command);
        await delay(killedAfterMs);
        killed.kill('SIGKILL');
        const { signal } = await killed.ended;
        system.tally.count(`erasures ${signal === 'SIGKILL' ? 'killed' : 'that ended before they were killed'}`);
        await untilDone(system, command, { layer: 'batchLayer' });
        system.known.erase(id);
      },
    };
  },
};

/** @returns one more than the offset of the last record. */
async function send({ topic, known }: System, partition: number, records: readonly SimulatedRecord[]): Promise<number> {
  const producer = await idempotentProducer(topic.kafka);
  try {
    return await appendKnown(known, producer, { topic: topic.name, partition, records });
  } finally {
    await producer.disconnect();
  }
}

const POLL_MS = 250;
const ARCHIVING_MS = 120_000;

/** Waits, for a bounded time, until both sinks have all records of a partition below an offset. */
async function isArchived({ database }: System, partition: number, end: number): Promise<boolean> {
  const isSaved = async () =>
    (await database.saved({ sink: 'totals', partition })) >= end &&
    (await database.saved({ sink: 'archive', partition })) >= end;
  return (await within(ARCHIVING_MS, isSaved, POLL_MS)) ?? false;
}
