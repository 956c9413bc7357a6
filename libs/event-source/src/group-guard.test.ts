import { GroupGuard, GroupTakenError } from './group-guard.ts';
import type { KafkaCluster } from './kafka-cluster.ts';

interface Committed {
  readonly offset: number;
  readonly metadata: string | null;
}

/** The committed offsets of a group, by `topic/partition`. */
class TestGroup {
  readonly offsets = new Map<string, Committed>();

  get cluster(): KafkaCluster {
    const offsetFetch = () =>
      Promise.resolve({
        responses: [...this.offsets].map(([key, { offset, metadata }]) => {
          const [topic = '', partition] = key.split('/');
          return { topic, partitions: [{ partition: Number(partition), offset: String(offset), metadata }] };
        }),
      });
    const coordinator = { offsetFetch } as unknown as Awaited<ReturnType<KafkaCluster['findGroupCoordinator']>>;
    return { findGroupCoordinator: () => Promise.resolve(coordinator) } as unknown as KafkaCluster;
  }

  commit(topic: string, offsets: ReadonlyMap<number, number>, metadata: string | null): void {
    for (const [partition, offset] of offsets) this.offsets.set(`${topic}/${partition}`, { offset, metadata });
  }
}

function aGuard(group: TestGroup, databaseId: string, topic = 'devices'): GroupGuard {
  return new GroupGuard(group.cluster, { groupId: 'speed-layer', topic, databaseId });
}

describe('the guard of a consumer group', () => {
  it('accepts offsets that name its database, or none', async () => {
    const group = new TestGroup();
    const guard = aGuard(group, 'one');
    group.commit('devices', new Map([[0, 5]]), guard.metadata);
    group.commit('devices', new Map([[1, 5]]), null);
    group.commit('devices', new Map([[2, 5]]), 'what a tool has written');
    await expect(guard.verify()).resolves.toHaveProperty('size', 3);
  });

  it('refuses a group with an offset of any topic that names another database', async () => {
    const group = new TestGroup();
    const other = aGuard(group, 'other', 'devices-test');
    group.commit('devices-test', new Map([[7, 0]]), other.metadata);
    await expect(aGuard(group, 'one').verify()).rejects.toThrow(
      'partitions 7 of topic devices-test for database other',
    );
  });

  it('stops the workers of both databases when both have named themselves at the same time', async () => {
    const group = new TestGroup();
    const [one, other] = [aGuard(group, 'one'), aGuard(group, 'other')];
    one.reads(0, 0);
    other.reads(1, 0);
    const [ofOne, ofOther] = [await one.unnamed([0]), await other.unnamed([1])];
    group.commit('devices', ofOne, one.metadata);
    group.commit('devices', ofOther, other.metadata);
    await expect(one.unnamed([0])).rejects.toThrow(GroupTakenError);
    await expect(other.unnamed([1])).rejects.toThrow(GroupTakenError);
  });

  it('names its database with each partition that it reads, at the newest known offset', async () => {
    const group = new TestGroup();
    const guard = aGuard(group, 'one');
    group.commit('devices', new Map([[0, 40]]), null);
    group.commit('devices', new Map([[1, 40]]), guard.metadata);
    group.commit('devices', new Map([[2, 40]]), null);
    for (const partition of [0, 1, 2, 3, 4]) guard.reads(partition, 10);
    guard.shows(2, 50);
    expect(await guard.unnamed([0, 1, 2, 3, 5])).toEqual(
      new Map([
        [0, 40],
        [2, 50],
        [3, 10],
      ]),
    );
  });

  it('forgets the offsets of its previous assignment after a rebalance', async () => {
    const guard = aGuard(new TestGroup(), 'one');
    guard.reads(0, 10);
    guard.joined();
    expect(await guard.unnamed([0])).toEqual(new Map());
  });
});
