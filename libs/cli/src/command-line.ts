import { Command as Program, CommanderError, Option } from 'commander';
import type { Command } from './command.ts';
import type { ErrorGuides } from './describe-failure.ts';
import { programVersion } from './program-version.ts';
import type { SettingInput, Setting } from './setting.ts';
import type { Lookup } from './settings-group.ts';

/** An application: a list of commands, of which one may have no name and run by default. */
export interface App {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly Command[];
  /** Exit codes and advice for the errors that the application's core throws. */
  readonly errorGuides?: ErrorGuides;
}

/** The parts of the surrounding process that an application uses. */
export interface ProcessContext {
  /** The arguments after the names of Node and of the script. */
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
 * Finds the command that the arguments name, and the values of its flags.
 * @throws {CommanderError} for help, unknown commands and unknown flags, after commander has written the message.
 */
export function parseCommandLine(app: App, { args, env, writeOut, writeErr }: ProcessContext): Parsed {
  const parsed: Parsed[] = [];
  const program = new Program(app.name)
    .description(app.description)
    .exitOverride()
    // A flag after a command's name belongs to that command, even if the default command has the same flag.
    .enablePositionalOptions()
    .configureOutput({
      writeOut,
      writeErr,
      outputError: (text, write) => {
        write(withoutValues(text));
      },
    })
    .showHelpAfterError('(--help lists the commands and settings)');
  addVersion(program, writeOut);
  for (const command of app.commands) {
    const target = targetOf(program, command.name);
    if (target !== program) addVersion(target, writeOut);
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
  // When a command is required and none is named, commander shows the help and throws.
  if (first === undefined) throw new Error(`${app.name} declares no command`);
  return first;
}

/** Adds `--version`. Commander's own option needs the version at start; this one reads it only when the flag is given. */
function addVersion(target: Program, writeOut: ProcessContext['writeOut']): void {
  target.option('--version', 'show the version of the program').on('option:version', () => {
    const version = programVersion();
    writeOut(`${version}\n`);
    throw new CommanderError(0, 'commander.version', version);
  });
}

/** The program of a command. A name of two words is a subcommand: `dead-letters list`. */
function targetOf(program: Program, name: string | undefined): Program {
  const words = name?.split(' ') ?? [];
  return words.reduce((parent, word, index) => {
    const known = parent.commands.find((each) => each.name() === word);
    return index < words.length - 1 && known !== undefined ? known : parent.command(word);
  }, program);
}

/** Commander's message on wrong usage without the given values: a misplaced value may be a secret. */
function withoutValues(text: string): string {
  return text
    .replace(/(--[\w-]+)=[^'\n]*/g, '$1=…')
    .replace(/(unknown command) '[^\n]*'/, '$1')
    .replace(/(but got \d+): .*/, '$1');
}

/** @returns commander's attribute name of each setting. */
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

/** An empty variable counts as unset: compose and Kubernetes pass unset variables on as empty ones. */
function variableOf({ variable }: Setting<unknown>, env: ProcessContext['env']): SettingInput | undefined {
  const text = variable === undefined ? undefined : env[variable];
  return text === undefined || text === '' ? undefined : { text, by: 'environment' };
}
