import { command, runApp, ProductError, textTable } from '@antenna/cli';
import { defaultHome as home } from './stack.ts';
import { down, reset, up, upSettings } from './commands/up-and-down.ts';
import { type ServiceStatus, stackEnvironment, stackStatus } from './commands/status.ts';
import { reportToStderr as report } from './process/programs.ts';

/** A service of the stack does not run although it should. */
class StackDownError extends ProductError {
  readonly code = 'STACK_DOWN';
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function tableOf(statuses: readonly ServiceStatus[]): string {
  const rows = statuses.map(({ service, address, pid, state }) => [service, address, String(pid ?? ''), state]);
  return textTable(['service', 'address', 'pid', 'state'], rows);
}

async function status(): Promise<void> {
  const statuses = await stackStatus(home);
  print(tableOf(statuses));
  const missing = statuses.filter(({ state }) => state === 'down' || state === 'does not answer');
  if (missing.length > 0)
    throw new StackDownError(missing.map(({ service, state }) => `${service}: ${state}`).join(', '));
}

await runApp({
  name: 'stack',
  description: 'Postgres, Kafka and a GCS server on this machine, without containers',
  commands: [
    command({
      name: 'up',
      description: 'start what does not run yet, with the topic devices',
      settings: { request: upSettings },
      run: async ({ request }) => {
        await up({ home, report, ...request });
        print(tableOf(await stackStatus(home)));
      },
    }),
    command({
      name: 'down',
      description: 'end what runs; the data stay',
      settings: {},
      run: () => down({ home, report }),
    }),
    command({ name: 'status', description: 'show what runs; exit code 1 unless all does', settings: {}, run: status }),
    command({
      name: 'reset',
      description: 'end what runs and delete the data',
      settings: {},
      run: () => reset({ home, report }),
    }),
    command({
      name: 'env',
      description: 'print the variables for the workers: eval "$(npm run --silent stack -- env)"',
      settings: {},
      run: async () => {
        const variables = Object.entries(await stackEnvironment(home));
        print(variables.map(([name, value]) => `export ${name}=${value}`).join('\n'));
      },
    }),
  ],
});
