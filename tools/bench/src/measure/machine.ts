import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { java } from '@antenna/local-stack';
import { rowsOf } from '@antenna/test-kit';
import { execa } from 'execa';

/** What figures were taken on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly kernel: string;
  readonly node: string;
  readonly java: string;
  readonly postgres: string;
}

export async function describeMachine(postgresUrl: string): Promise<Machine> {
  const { all } = await execa(await java(), ['-version'], { all: true });
  const [shown] = await rowsOf<{ server_version: string }>(postgresUrl, 'SHOW server_version');
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: systemName(),
    kernel: release(),
    node: process.version,
    java: /version "([^"]+)"/.exec(all)?.[1] ?? 'unknown',
    postgres: shown?.server_version ?? 'unknown',
  };
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
