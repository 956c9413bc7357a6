import { createLogger, type Logger } from '@antenna/telemetry';
import { logSettings } from './groups/log.ts';
import type { SettingResult } from './setting.ts';
import type { Lookup, SettingsGroup } from './settings-group.ts';

/** The application that a command belongs to, while it runs. */
interface RunningApp {
  readonly name: string;
  /** Takes results, for people and pipes. */
  readonly out: (text: string) => void;
}

/** What a command is handed beside the values of its settings. */
export interface CommandContext extends RunningApp {
  /** What must never be logged. */
  readonly secrets: readonly string[];
}

/** What a command that logs is handed beside the values of its settings. */
interface LoggedContext extends RunningApp {
  /** Hides the secrets among the settings. */
  readonly log: Logger;
}

/** A command whose types are settled: it reads its settings, then it can run. */
export interface Command {
  /** Undefined for what the application does when no command is named. */
  readonly name: string | undefined;
  readonly description: string;
  readonly groups: readonly SettingsGroup<unknown>[];
  /** Reads all settings; the value runs the command. */
  prepare(lookup: Lookup): SettingResult<(app: RunningApp) => Promise<void>>;
}

type Groups = Readonly<Record<string, SettingsGroup<unknown>>>;
type GroupValues<G extends Groups> = { readonly [Key in keyof G]: G[Key] extends SettingsGroup<infer T> ? T : never };

interface CommandDeclaration<G extends Groups> {
  readonly name?: string;
  readonly description: string;
  readonly settings: G;
  /** Resolves when the work is done. What it throws ends the process with the error's `exitCode`. */
  readonly run: (values: GroupValues<G>, context: CommandContext) => Promise<void>;
}

/** Declares a command: `run` gets the values of each group under the group's key. */
export function command<G extends Groups>(declaration: CommandDeclaration<G>): Command {
  const { name, description, settings, run } = declaration;
  return {
    name,
    description,
    groups: Object.values(settings),
    prepare(lookup) {
      const readings = Object.entries(settings).map(([key, group]) => ({ key, reading: group.read(lookup) }));
      const problems = readings.flatMap(({ reading }) => (reading.ok ? [] : reading.problems));
      if (problems.length > 0) return { ok: false, problems };
      const entries = readings.flatMap(({ key, reading }) => (reading.ok ? [[key, reading.value] as const] : []));
      const secrets = readings.flatMap(({ reading }) => (reading.ok ? reading.secrets : []));
      // Each group was read by itself, so the types agree.
      const values = Object.fromEntries(entries) as GroupValues<G>;
      return { ok: true, value: (app) => run(values, { ...app, secrets }), secrets };
    },
  };
}

interface LogGroup extends Groups {
  readonly log: typeof logSettings;
}

type LoggedDeclaration<G extends Groups> = Omit<CommandDeclaration<G>, 'run'> & {
  readonly run: (values: GroupValues<G>, context: LoggedContext) => Promise<void>;
};

/** Declares a command that logs: it also has the settings of the log, and is handed a logger made from them. */
export function loggedCommand<G extends Groups>({ settings, run, ...declaration }: LoggedDeclaration<G>): Command {
  return command<G & LogGroup>({
    ...declaration,
    settings: { ...settings, log: logSettings },
    run(values, { name, out, secrets }) {
      const { log }: GroupValues<LogGroup> = values;
      return run(values, { name, out, log: createLogger({ ...log, name, secrets }) });
    },
  });
}
