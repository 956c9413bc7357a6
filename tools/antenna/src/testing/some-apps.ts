import { type App, anyText, command, setting, settingsGroup, yesOrNo } from '@antenna/cli';

const group = settingsGroup({
  title: '',
  fields: {
    url: setting({ name: 'DATABASE_URL', description: '', type: anyText('url'), default: 'x' }),
    dry: setting({ name: 'dry', description: '', type: yesOrNo, default: 'false' }),
  },
  value: () => undefined,
});

function aCommand(name?: string) {
  const run = () => Promise.resolve();
  return command({ ...(name === undefined ? {} : { name }), description: '', settings: { group }, run });
}

/** Programs with one, two and three words of a command. */
export const someApps: readonly App[] = [
  { name: 'speed-layer', description: '', commands: [aCommand('drain'), aCommand('dead-letters list')] },
  { name: 'provisioner', description: '', commands: [aCommand(), aCommand('wait')] },
  { name: 'antenna', description: '', commands: [aCommand('status')] },
];
