import { usersOf } from './users.ts';
import { workloadRecords } from './workload-records.ts';

const workload = { events: 2_000, users: 40, partitions: 1, hours: 3 };

describe('the users of a workload', () => {
  it('are those of its events', () => {
    const ids = new Set(usersOf(workload).map(({ id }) => id));
    expect(ids.size).toBe(40);
    for (const { fact } of workloadRecords(workload)) expect(ids).toContain(fact.id);
  });
});
