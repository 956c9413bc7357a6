import { runApp } from '@antenna/cli';
import { clusterCommands } from './cluster/cluster-commands.ts';
import { imageCommands } from './images/image-commands.ts';

await runApp({
  name: 'deploy-check',
  description:
    'Builds the images of the applications, and checks them, docker/compose.yaml and the manifests. ' +
    'Needs Docker or a cluster with kubectl.',
  commands: [...imageCommands, ...clusterCommands],
});
