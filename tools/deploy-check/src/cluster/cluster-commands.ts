import { anyText, command, setting, settingsGroup, yesOrNo } from '@antenna/cli';
import { CheckList } from '../check-list.ts';
import { checkAlerts } from './alerts.ts';
import { checkManifests } from './manifests.ts';
import { checkSystem } from './system.ts';

const systemSettings = settingsGroup({
  title: 'System',
  fields: {
    tag: setting({
      name: 'tag',
      description: 'tag of the images of the product, which the nodes have or can pull',
      type: anyText('tag'),
      default: 'dev',
    }),
    keep: setting({ name: 'keep', description: 'leave all as it is at the end', type: yesOrNo, default: 'false' }),
  },
  value: (values) => values,
});

const say = (line: string) => process.stdout.write(`${line}\n`);

function checks<Settings>(work: (list: CheckList, settings: Settings) => Promise<void>) {
  return async (settings: Settings) => {
    const list = new CheckList(say);
    await work(list, settings);
    list.end();
  };
}

/** Checks of the manifests and of the whole system, on the cluster that KUBECONFIG names. */
export const clusterCommands = [
  command({
    name: 'cluster',
    description: 'manifests, then system, on the cluster that KUBECONFIG names',
    settings: { system: systemSettings },
    run: checks<{ system: { tag: string; keep: boolean } }>(async (list, { system }) => {
      await checkManifests(list);
      await checkSystem(list, system);
    }),
  }),
  command({
    name: 'manifests',
    description: 'has the API server judge every object of every overlay; creates none of them',
    settings: {},
    run: checks(checkManifests),
  }),
  command({
    name: 'system',
    description: 'runs the local overlay in a namespace of its own, breaks it, and compares every row with the truth',
    settings: { system: systemSettings },
    run: checks<{ system: { tag: string; keep: boolean } }>((list, { system }) => checkSystem(list, system)),
  }),
  command({
    name: 'alerts',
    description: 'has promtool judge the alerts and run their tests',
    settings: {},
    run: checks(checkAlerts),
  }),
];
