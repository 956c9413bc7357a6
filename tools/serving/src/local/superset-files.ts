import { resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '../../../..');
const deployed = resolve(checkout, 'deploy/superset');

/** Where Superset lives on this machine: installation, secrets, log. */
export const defaultHome = resolve(checkout, '.local/superset');

/** What is deployed everywhere, and installed here. */
export const supersetFiles = {
  requirements: resolve(deployed, 'requirements.txt'),
  constraints: resolve(deployed, 'constraints.txt'),
  config: resolve(deployed, 'superset_config.py'),
  prepare: resolve(deployed, 'prepare.py'),
} as const;
