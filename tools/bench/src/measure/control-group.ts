import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLine } from '@antenna/test-kit';
import { NotMeasurableError } from './processes.ts';

/** Limits of what a program may use; a resource without a limit is not limited. */
export interface Limits {
  /** CPU time as a share of one core, above 0. */
  readonly cpuShare?: number | undefined;
  /** Memory of its processes and of the files that they hold in the page cache. Beyond it, the program is killed. */
  readonly memoryMiB?: number | undefined;
}

const GROUPS = '/sys/fs/cgroup';
const PERIOD_US = 100_000;
const MIB = 1_048_576;

/**
 * Runs `work` with commands that are each held to these limits, in a control group of its own, as a container is. Needs
 * the rights to make control groups.
 * @throws {NotMeasurableError}
 */
export async function withLimits<T>(
  commands: readonly CommandLine[],
  limits: Limits,
  work: (limited: readonly CommandLine[]) => Promise<T>,
): Promise<T> {
  const groups: string[] = [];
  try {
    const limited: CommandLine[] = [];
    for (const command of commands) {
      const ofCommand = await makeGroups(limits);
      groups.push(...ofCommand);
      limited.push(within(ofCommand, command));
    }
    return await work(limited);
  } finally {
    // Once its last process has ended a group can be removed.
    for (const group of groups) await rmdir(group);
  }
}

/** One group for all limits in the second version of control groups; in the first, one for each kind of limit. */
async function makeGroups({ cpuShare, memoryMiB }: Limits): Promise<readonly string[]> {
  const quotaUs = cpuShare === undefined ? undefined : String(Math.round(cpuShare * PERIOD_US));
  const bytes = memoryMiB === undefined ? undefined : String(memoryMiB * MIB);
  const name = `bench-${randomUUID()}`;
  try {
    if (existsSync(join(GROUPS, 'cgroup.controllers'))) {
      await writeFile(join(GROUPS, 'cgroup.subtree_control'), '+cpu +memory');
      const quota = quotaUs === undefined ? undefined : `${quotaUs} ${PERIOD_US}`;
      return [await makeGroup(name, { 'cpu.max': quota, 'memory.max': bytes })];
    }
    return [
      await makeGroup(join('cpu', name), { 'cpu.cfs_quota_us': quotaUs }),
      await makeGroup(join('memory', name), { 'memory.limit_in_bytes': bytes }),
    ];
  } catch (error) {
    throw new NotMeasurableError(`a control group with limits could not be made: ${String(error)}`);
  }
}

/** @param limits by the names of their files. */
async function makeGroup(name: string, limits: Readonly<Record<string, string | undefined>>): Promise<string> {
  const group = join(GROUPS, name);
  await mkdir(group);
  for (const [file, limit] of Object.entries(limits))
    if (limit !== undefined) await writeFile(join(group, file), limit);
  return group;
}

/** The command of the same program in a process that joins the groups before the program starts. */
function within(groups: readonly string[], { file, args, env }: CommandLine): CommandLine {
  const join = `for group in ${groups.join(' ')}; do echo $$ > "$group/cgroup.procs" || exit 1; done && exec "$0" "$@"`;
  return { file: '/bin/sh', args: ['-c', join, file, ...args], ...(env === undefined ? {} : { env }) };
}
