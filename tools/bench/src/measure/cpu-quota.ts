import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLine } from '@antenna/test-kit';
import { NotMeasurableError } from './processes.ts';

const GROUPS = '/sys/fs/cgroup';
const PERIOD_US = 100_000;

/**
 * Runs `work` with commands that are each held to a share of a core, in a control group of its own, as a container with a
 * CPU limit is. Needs the rights to make control groups.
 * @param share of a core, above 0.
 * @throws {NotMeasurableError}
 */
export async function withCpuQuota<T>(
  commands: readonly CommandLine[],
  share: number,
  work: (limited: readonly CommandLine[]) => Promise<T>,
): Promise<T> {
  const limited: { readonly group: string; readonly command: CommandLine }[] = [];
  try {
    for (const command of commands) {
      const group = await makeGroup(Math.round(share * PERIOD_US));
      limited.push({ group, command: within(group, command) });
    }
    return await work(limited.map(({ command }) => command));
  } finally {
    for (const { group } of limited) await rmdir(group);
  }
}

/** Once its last process has ended the group can be removed. */
async function makeGroup(quotaUs: number): Promise<string> {
  // The second version of control groups has one hierarchy for all, the first has one for CPU.
  const isUnified = existsSync(join(GROUPS, 'cgroup.controllers'));
  const group = join(GROUPS, isUnified ? '' : 'cpu', `bench-${randomUUID()}`);
  try {
    if (isUnified) await writeFile(join(GROUPS, 'cgroup.subtree_control'), '+cpu');
    await mkdir(group);
    if (isUnified) await writeFile(join(group, 'cpu.max'), `${quotaUs} ${PERIOD_US}`);
    else await writeFile(join(group, 'cpu.cfs_quota_us'), String(quotaUs));
  } catch (error) {
    throw new NotMeasurableError(`a control group with a CPU quota could not be made: ${String(error)}`);
  }
  return group;
}

/** The same program, whose process has joined the group before it begins. */
function within(group: string, { file, args, env }: CommandLine): CommandLine {
  const join = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
  return { file: '/bin/sh', args: ['-c', join, group, file, ...args], ...(env === undefined ? {} : { env }) };
}
