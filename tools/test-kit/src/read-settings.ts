import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SettingsGroup } from '@antenna/cli';

type Environment = Readonly<Record<string, string>>;

/** Reads a group of settings from an environment in which an empty variable counts as not given. */
function read<T>(group: SettingsGroup<T>, environment: Environment) {
  return group.read(({ variable }) => {
    const text = environment[variable ?? ''] ?? '';
    return text === '' ? undefined : { text, by: 'environment' };
  });
}

/** @throws {Error} with the problems, when there are some. */
export function settingsIn<T>(group: SettingsGroup<T>, environment: Environment = {}): T {
  const reading = read(group, environment);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.value;
}

export function settingProblems(group: SettingsGroup<unknown>, environment: Environment): readonly string[] {
  const reading = read(group, environment);
  return reading.ok ? [] : reading.problems;
}

export function settingSecrets(group: SettingsGroup<unknown>, environment: Environment): readonly string[] {
  const reading = read(group, environment);
  return reading.ok ? reading.secrets : [];
}

/** @returns the path of a new file with this content. */
export function fileWith(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'file');
  writeFileSync(path, content);
  return path;
}
