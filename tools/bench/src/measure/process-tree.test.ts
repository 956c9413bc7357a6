import { cpuSecondsOf, processTree } from './process-tree.ts';

const stat = (pid: number, parent: number, cpuSeconds: number, endedChildrenCpuSeconds = 0) =>
  [pid, { pid, parent, cpuSeconds, endedChildrenCpuSeconds }] as const;

// 1 ─┬─ 10 ─┬─ 11 ── 12
//    │      └─ 13
//    └─ 20
const table = new Map([
  stat(1, 0, 1_000),
  stat(10, 1, 4, 2),
  stat(11, 10, 1),
  stat(12, 11, 0.5),
  stat(13, 10, 0.25),
  stat(20, 1, 77),
]);

describe('a tree of processes', () => {
  it('holds a process with its children and theirs, and nobody else', () => {
    expect(processTree(table, 10).map(({ pid }) => pid)).toEqual([10, 11, 12, 13]);
  });

  it('has used what its members and their ended children have used', () => {
    expect(cpuSecondsOf(processTree(table, 10))).toBe(7.75);
  });

  it('is empty when the process has ended', () => {
    expect(processTree(table, 99)).toEqual([]);
  });
});
