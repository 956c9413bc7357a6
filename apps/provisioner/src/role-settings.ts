import { anyText, optionalSetting, settingsGroup } from '@antenna/cli';
import { grantGroup, LOGINS } from '@antenna/usage-store';
import type { Knex } from 'knex';

/** Logins that the provisioner does not create, such as Cloud SQL's for service accounts: it grants them the rights. */
export const roleSettings = settingsGroup({
  title: 'Roles',
  fields: {
    speedLayer: roleOf('SPEED_LAYER_ROLE', 'speed layer'),
    batchLayer: roleOf('BATCH_LAYER_ROLE', 'batch layer'),
    operator: roleOf('OPERATOR_ROLE', 'operator, who replays dead letters and erases persons'),
    reader: roleOf('READER_ROLE', 'dashboards'),
  },
  value: (roles) => roles,
});

/** Grants each role that is given the rights of the worker or person that logs in with it. */
export async function grantRights(
  database: Knex,
  roles: { readonly [Login in keyof typeof LOGINS]: string | undefined },
): Promise<void> {
  for (const worker of ['speedLayer', 'batchLayer', 'operator', 'reader'] as const) {
    const role = roles[worker];
    if (role !== undefined) await grantGroup(database, { role, group: LOGINS[worker].group });
  }
}

function roleOf(name: string, worker: string) {
  const description = `existing role that is granted the rights of the ${worker}`;
  return optionalSetting({ name, description, type: anyText('role') });
}
