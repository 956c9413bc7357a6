import { cpuSecondsOf, parseProcessStat, processTree } from './processes.ts';

const line = (name: string): string =>
  `4242 (${name}) S 17 4242 4242 0 -1 4194304 100 0 0 0 250 50 1000 200 20 0 1 0 1224866 3133440 379`;

describe('a line of /proc/<pid>/stat', () => {
  it('gives the parent of a process and the resources that it has used', () => {
    expect(parseProcessStat(line('node'))).toEqual({
      pid: 4242,
      parent: 17,
      cpuSeconds: 3,
      endedChildrenCpuSeconds: 12,
    });
  });

  it('is parsed for any name of the process', () => {
    expect(parseProcessStat(line('a) R 99 (b'))).toEqual(parseProcessStat(line('node')));
  });
});

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
  it('holds a process with its descendants, and no other process', () => {
    expect(processTree(table, 10).map(({ pid }) => pid)).toEqual([10, 11, 12, 13]);
  });

  it('has used what its members and their ended children have used', () => {
    expect(cpuSecondsOf(processTree(table, 10))).toBe(7.75);
  });

  it('is empty when the process has ended', () => {
    expect(processTree(table, 99)).toEqual([]);
  });
});
