import { Command as Program, Option } from 'commander';
import type { Command } from './command.ts';
import type { ErrorGuides } from './describe-failure.ts';
import type { SettingInput, Setting } from './setting.ts';
import type { Lookup } from './settings-group.ts';

/** An application: its commands, or the one thing that it does. */
export interface App {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly Command[];
  /** Of the errors that the application's core throws. */
  readonly errorGuides?: ErrorGuides;
}

/** What an application may use of the process around it. */
export interface ProcessContext {
  /** Without the names of Node and of the script. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

interface Parsed {
  readonly command: Command;
  readonly lookup: Lookup;
}

/**
 * Finds the command that the arguments name and what they give for its settings.
 * @throws {CommanderError} for help, unknown commands and unknown flags, once it has been written.
 */
export function parseCommandLine(app: App, { args, env, writeOut, writeErr }: ProcessContext): Parsed {
  const parsed: Parsed[] = [];
  const program = new Program(app.name)
    .description(app.description)
    .exitOverride()
    // Flags after the name of a command are that command's, though the application may have the same without one.
    .enablePositionalOptions()
    .configureOutput({
      writeOut,
      writeErr,
      outputError: (text, write) => {
        write(withoutValues(text));
      },
    })
    .showHelpAfterError('(--help lists the commands and settings)');
  for (const command of app.commands) {
    const target = targetOf(program, command.name);
    const options = addCommand(target, command);
    target.action(() => {
      const flags: Readonly<Record<string, unknown>> = target.opts();
      parsed.push({
        command,
        lookup: (setting) => flagOf(flags[options.get(setting) ?? '']) ?? variableOf(setting, env),
      });
    });
  }
  program.parse([...args], { from: 'user' });
  const [first] = parsed;
  // Commander shows the help and throws when a command is wanted and none is named.
  if (first === undefined) throw new Error(`${app.name} declares no command`);
  return first;
}

/** A name of two words is a command of a command: `dead-letters list`. */
function targetOf(program: Program, name: string | undefined): Program {
  const words = name?.split(' ') ?? [];
  return words.reduce((parent, word, index) => {
    const known = parent.commands.find((each) => each.name() === word);
    return index < words.length - 1 && known !== undefined ? known : parent.command(word);
  }, program);
}

/** Wrong usage as commander tells it, but for what was given: in the wrong place, a secret is not known to be one. */
function withoutValues(text: string): string {
  return text
    .replace(/(--[\w-]+)=[^'\n]*/g, '$1=…')
    .replace(/(unknown command) '[^\n]*'/, '$1')
    .replace(/(but got \d+): .*/, '$1');
}

/** @returns the names under which commander keeps what is given for each setting. */
function addCommand(target: Program, command: Command): Map<Setting<unknown>, string> {
  target.description(command.description);
  const options = new Map<Setting<unknown>, string>();
  for (const group of command.groups) {
    for (const setting of group.settings) {
      const option = new Option(`--${setting.flag} ${setting.placeholder}`, descriptionOf(setting));
      target.addOption(option.helpGroup(`${group.title}:`));
      options.set(setting, option.attributeName());
    }
  }
  return options;
}

function descriptionOf({ description, defaultText, variable }: Setting<unknown>): string {
  const notes = [
    ...(defaultText === undefined ? [] : [`default: ${defaultText}`]),
    ...(variable === undefined ? [] : [`environment: ${variable}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join(', ')})`;
}

function flagOf(value: unknown): SettingInput | undefined {
  // A flag without its optional value is `true`.
  return typeof value === 'string' || value === true ? { text: String(value), by: 'flag' } : undefined;
}

/** An empty variable counts as not given, as where compose or Kubernetes pass on a variable that is not set. */
export function variableOf({ variable }: Setting<unknown>, env: ProcessContext['env']): SettingInput | undefined {
  const text = variable === undefined ? undefined : env[variable];
  return text === undefined || text === '' ? undefined : { text, by: 'environment' };
}
