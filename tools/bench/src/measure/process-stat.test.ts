import { parseProcessStat } from './process-stat.ts';

const line = (name: string): string =>
  `4242 (${name}) S 17 4242 4242 0 -1 4194304 100 0 0 0 250 50 1000 200 20 0 1 0 1224866 3133440 379`;

describe('a line of /proc/<pid>/stat', () => {
  it('tells who started a process and what it has used', () => {
    expect(parseProcessStat(line('node'))).toEqual({
      pid: 4242,
      parent: 17,
      cpuSeconds: 3,
      endedChildrenCpuSeconds: 12,
    });
  });

  it('is understood whatever the process calls itself', () => {
    expect(parseProcessStat(line('a) R 99 (b'))).toEqual(parseProcessStat(line('node')));
  });
});
