import { writeFile } from 'node:fs/promises';
import { command, runApp } from '@antenna/cli';
import { applications, SETTINGS_PAGE } from './applications.ts';
import { settingsPage } from './settings-page.ts';

const settings = command({
  description: 'writes docs/settings.md from the settings that the applications declare',
  settings: {},
  run: async () => writeFile(SETTINGS_PAGE, await settingsPage(applications)),
});

await runApp({
  name: 'reference',
  description: 'Keeps the pages of reference as the code is.',
  commands: [settings],
});
