import { createLogger, type Logger } from '@antenna/telemetry';
import { setting, type SettingResult } from './setting.ts';
import { type Lookup, type SettingsGroup, settingsGroup } from './settings-group.ts';
import { oneOf } from './setting-types.ts';

export const logSettings = settingsGroup({
  title: 'Log',
  fields: {
    level: setting({
      name: 'LOG_LEVEL',
      description: 'least severe level that is logged',
      type: oneOf(['error', 'warn', 'info', 'debug']),
      default: 'info',
    }),
    format: setting({
      name: 'LOG_FORMAT',
      description: 'json for one object a line, pretty for people; pretty by default on a terminal',
      type: oneOf(['json', 'pretty']),
      default: process.stderr.isTTY ? 'pretty' : 'json',
    }),
  },
  value: (values) => values,
});

/** The running application of a command. */
interface RunningApp {
  readonly name: string;
  /** Writes results to standard output, for people and pipes. */
  readonly out: (text: string) => void;
  /** Warnings about environment variables whose names resemble those of settings. */
  readonly warnings: readonly string[];
}

/** What a command gets in addition to its settings. */
interface CommandContext extends RunningApp {
  /** Texts that must never be logged. */
  readonly secrets: readonly string[];
}

/** What a command with a logger gets in addition to its settings. */
interface LoggedContext extends Omit<RunningApp, 'warnings'> {
  /** The logger; it hides the secrets among the settings. */
  readonly log: Logger;
}

/** A command without its type parameters: it reads its settings and then runs. */
export interface Command {
  /** Undefined for the default command, which runs when the command line names none. */
  readonly name: string | undefined;
  readonly description: string;
  readonly groups: readonly SettingsGroup<unknown>[];
  /** Reads all settings. The resulting function runs the command. */
  prepare(lookup: Lookup): SettingResult<(app: RunningApp) => Promise<void>>;
}

type Groups = Readonly<Record<string, SettingsGroup<unknown>>>;
type GroupValues<G extends Groups> = { readonly [Key in keyof G]: G[Key] extends SettingsGroup<infer T> ? T : never };

interface CommandDeclaration<G extends Groups> {
  readonly name?: string;
  readonly description: string;
  readonly settings: G;
  /** Resolves when the command is done. An error ends the process with the error's `exitCode`. */
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
      // Each group has read its own settings, so the types agree.
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

/** Declares a command with a logger. The log settings are added to its settings. */
export function loggedCommand<G extends Groups>({ settings, run, ...declaration }: LoggedDeclaration<G>): Command {
  return command<G & LogGroup>({
    ...declaration,
    settings: { ...settings, log: logSettings },
    run(values, { name, out, secrets, warnings }) {
      const { log: logging }: GroupValues<LogGroup> = values;
      const log = createLogger({ ...logging, name, secrets });
      for (const warning of warnings) log.warn(warning);
      return run(values, { name, out, log });
    },
  });
}
