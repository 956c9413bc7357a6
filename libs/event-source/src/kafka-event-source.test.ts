import type { Kafka } from 'kafkajs';
import { GroupTakenError } from './group-guard.ts';
import { KafkaEventSource } from './kafka-event-source.ts';

/** A client whose group coordinator answers an OffsetFetch request with `offsetFetch`. */
function clientOf(offsetFetch: () => Promise<unknown>): Kafka {
  const cluster = { findGroupCoordinator: () => Promise.resolve({ offsetFetch }) };
  const createCluster = Symbol('private:Kafka:createCluster');
  return { consumer: () => ({}), [createCluster]: () => cluster } as unknown as Kafka;
}

function aSource(offsetFetch: () => Promise<unknown>) {
  const logged: string[] = [];
  const settings = { topic: 'devices', groupId: 'speed-layer', databaseId: 'one', sessionTimeoutMs: 6_000 };
  const source = new KafkaEventSource(clientOf(offsetFetch), settings, (message) => logged.push(message));
  return { source, logged };
}

const STILL_RUNNING = 'still running';

/** The error with which the source has ended; `STILL_RUNNING` when it has not. */
function endingOf({ failure }: KafkaEventSource): Promise<unknown> {
  return Promise.race([failure, Promise.resolve(STILL_RUNNING)]).catch((error: unknown) => error);
}

describe('a source that cannot see which database its group serves', () => {
  const unseen = () => Promise.reject(new Error('The coordinator is not available'));

  it('starts, and logs the failed check', async () => {
    const { source, logged } = aSource(unseen);
    await source.verifyGroup();
    expect(logged).toEqual(['could not see which database the group serves']);
  });

  it('goes on, and repeats the check the next time', async () => {
    const { source, logged } = aSource(unseen);
    await source.nameGroup();
    await source.nameGroup();
    expect(logged).toHaveLength(2);
    expect(await endingOf(source)).toBe(STILL_RUNNING);
  });
});

describe('a source whose group serves another database', () => {
  const metadata = JSON.stringify({ database: 'other' });
  const servesOther = () =>
    Promise.resolve({ responses: [{ topic: 'devices', partitions: [{ partition: 0, offset: '5', metadata }] }] });

  it('does not start', async () => {
    await expect(aSource(servesOther).source.verifyGroup()).rejects.toThrow(GroupTakenError);
  });

  it('ends as soon as a check finds the other database', async () => {
    const { source } = aSource(servesOther);
    await source.nameGroup();
    expect(await endingOf(source)).toBeInstanceOf(GroupTakenError);
  });
});
