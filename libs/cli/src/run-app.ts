import { CommanderError } from 'commander';
import { type App, parseCommandLine, type ProcessContext } from './command-line.ts';
import { describeFailure } from './describe-failure.ts';
import { nearMisses, nearMissText } from './near-misses.ts';

const wrongUsage = 2;
/**
 * How long open handles may keep a finished process alive, such as an upload that was given up because its server does
 * not answer. Long enough for the last lines of the log.
 */
const lingerMs = 1_000;

/**
 * Runs the command that the command line names, and ends the process with its exit code: 0 done, 1 failed, 2 wrong
 * usage or settings, or the `exitCode` of the error thrown.
 * @param args the arguments after the names of Node and of the script.
 */
export async function runApp(app: App, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  if (process.pid === 1) endAtSignals();
  hideHarmlessWarnings();
  process.exitCode = await execute(app, {
    args,
    env: process.env,
    writeOut: (text) => process.stdout.write(text),
    writeErr: (text) => process.stderr.write(text),
  });
  setTimeout(() => process.exit(), lingerMs).unref();
}

/**
 * Warnings of Node that no user can act on: kafkajs sets timers in the past, which fire at once; google-auth-library
 * warns that this machine is not on Google Cloud before our own error says what is missing.
 */
const HARMLESS: ReadonlySet<string> = new Set(['TimeoutNegativeWarning', 'MetadataLookupWarning']);

function hideHarmlessWarnings(): void {
  const shown = process.listeners('warning');
  process.removeAllListeners('warning').on('warning', (warning) => {
    if (HARMLESS.has(warning.name)) return;
    for (const listener of shown) listener(warning);
  });
}

/** Unlike other processes, process 1 of a container does not end at a signal that it does not listen for. */
function endAtSignals(): void {
  for (const [signal, exitCode] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    process.on(signal, () => {
      // Another listener ends the process in its own way.
      if (process.listenerCount(signal) === 1) process.exit(exitCode);
    });
  }
}

/** Runs the command in a given process context. @returns the exit code. Never throws. */
export async function execute(app: App, context: ProcessContext): Promise<number> {
  let secrets: readonly string[] = [];
  try {
    const { command, lookup } = parseCommandLine(app, context);
    const prepared = command.prepare(lookup);
    const warnings = nearMisses(app.commands, context.env).map(nearMissText);
    if (!prepared.ok) {
      const lines = [...prepared.problems, ...warnings].map((line) => `  ${line}\n`);
      context.writeErr(`${app.name}: wrong settings\n${lines.join('')}`);
      return wrongUsage;
    }
    secrets = prepared.secrets;
    await prepared.value({ name: app.name, out: context.writeOut, warnings });
    return 0;
  } catch (error) {
    // Commander has already written the help or the error message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage;
    const failure = describeFailure(error, secrets, app.errorGuides);
    context.writeErr(`${failure.message}\n`);
    return failure.exitCode;
  }
}
