import { decode } from '@antenna/event-schema';
import { endMs, FROM_MS, usersOf, workloadRecords } from './workload.ts';

const workload = { events: 500, users: 20, partitions: 1, hours: 3 };

describe('the records of a workload', () => {
  it('are events, and the ones that they were written from', () => {
    for (const { value, fact } of workloadRecords(workload)) {
      expect(decode(value, endMs(workload))).toEqual({ ok: true, event: fact });
    }
  });

  it('lie in its hours', () => {
    for (const { fact } of workloadRecords(workload)) {
      expect(fact.eventTimeMs).toBeGreaterThanOrEqual(FROM_MS);
      expect(fact.eventTimeMs).toBeLessThan(endMs(workload));
    }
  });

  it('have the time as Spark’s job reads it, in whole seconds', () => {
    for (const { value } of workloadRecords(workload)) expect(String(value)).toMatch(/^\{"timestamp":17684\d{5},/);
  });

  it('are always the same', () => {
    const texts = () => Array.from(workloadRecords(workload), ({ value }) => String(value));
    expect(texts()).toEqual(texts());
    expect(new Set(texts()).size).toBeGreaterThan(490);
  });
});

describe('the users of a workload', () => {
  it('are those of its events', () => {
    const ids = new Set(usersOf(workload).map(({ id }) => id));
    expect(ids.size).toBe(workload.users);
    for (const { fact } of workloadRecords(workload)) expect(ids).toContain(fact.id);
  });
});
