import type { ProcessStat } from './process-stat.ts';
import type { ProcessTable } from './process-table.ts';

/** A process and all that it and its children have started, as far as they run. */
export function processTree(table: ProcessTable, root: number): readonly ProcessStat[] {
  const children = Map.groupBy(table.values(), ({ parent }) => parent);
  const found: ProcessStat[] = [];
  const visit = (pid: number): void => {
    const stat = table.get(pid);
    if (stat !== undefined) found.push(stat);
    for (const child of children.get(pid) ?? []) visit(child.pid);
  };
  visit(root);
  return found;
}

/** What a tree has used until now. It never becomes less, as long as its members wait for their children. */
export function cpuSecondsOf(tree: readonly ProcessStat[]): number {
  return tree.reduce((sum, { cpuSeconds, endedChildrenCpuSeconds }) => sum + cpuSeconds + endedChildrenCpuSeconds, 0);
}
