import { command, runApp } from '@antenna/cli';
import { databaseSettings } from '@antenna/usage-store';
import { reportToStderr } from '@antenna/local-stack';
import { defaultBundleFolder, readBundle } from './bundle/read-bundle.ts';
import { startServing, stopServing } from './local/local-serving.ts';
import { defaultHome as home } from './local/superset-server.ts';
import { dashboardDatabaseSettings, importSettings, localSettings } from './serving-settings.ts';
import { importBundle, resultText } from './superset/import-bundle.ts';

function print(text: string): void {
  process.stdout.write(text);
}

await runApp({
  name: 'serving',
  description: 'The dashboards: Superset on this machine, or the import into any other.',
  commands: [
    command({
      name: 'up',
      description: 'install, prepare and start Superset where that is needed, and import the dashboards',
      settings: { connection: databaseSettings, local: localSettings },
      run: async ({ connection, local }) => {
        const bundle = await readBundle(defaultBundleFolder);
        const serving = await startServing({ home, installation: home, connection, ...local }, bundle, reportToStderr);
        print(resultText(serving));
        print(`log in as ${serving.credentials.username}; the password is in ${serving.secretsFile}\n`);
        // Not into a log or a pipe.
        if (process.stdout.isTTY) print(`  password: ${serving.credentials.password}\n`);
      },
    }),
    command({
      name: 'import',
      description: 'put the dashboards into a Superset that runs; done again, it brings them up to date',
      settings: { superset: importSettings, database: dashboardDatabaseSettings },
      run: async ({ superset: { url, credentials, timeRange, bundleFolder }, database }) => {
        const bundle = await readBundle(bundleFolder);
        print(resultText(await importBundle(bundle, { url, credentials, choices: { database, timeRange } })));
      },
    }),
    command({
      name: 'down',
      description: 'end the Superset of this machine; its data stay',
      settings: {},
      run: () => stopServing(home, reportToStderr),
    }),
  ],
});
