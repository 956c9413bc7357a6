import { CommanderError } from 'commander';
import { type App, parseCommandLine, type ProcessContext } from './command-line.ts';
import { describeFailure } from './describe-failure.ts';

const wrongUsage = 2;
/** How long open handles, such as a connection that was not closed, may keep a finished process alive. */
const lingerMs = 10_000;

/**
 * Runs the command that the command line names, and ends the process with its exit code: 0 done, 1 failed, 2 wrong
 * usage or settings, or the `exitCode` of the error thrown.
 */
export async function runApp(app: App): Promise<void> {
  if (process.pid === 1) endAtSignals();
  process.exitCode = await execute(app, {
    args: process.argv.slice(2),
    env: process.env,
    writeOut: (text) => process.stdout.write(text),
    writeErr: (text) => process.stderr.write(text),
  });
  setTimeout(() => process.exit(), lingerMs).unref();
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
    if (!prepared.ok) {
      context.writeErr(`${app.name}: wrong settings\n${prepared.problems.map((line) => `  ${line}\n`).join('')}`);
      return wrongUsage;
    }
    secrets = prepared.secrets;
    await prepared.value({ name: app.name, out: context.writeOut });
    return 0;
  } catch (error) {
    // Commander has already written the help or the error message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage;
    const failure = describeFailure(error, secrets, app.errorGuides);
    context.writeErr(`${failure.message}\n`);
    return failure.exitCode;
  }
}
