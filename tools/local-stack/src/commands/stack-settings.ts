import { listOf, oneOf, optionalSetting, setting, settingsGroup } from '@antenna/cli';
import { serviceNames } from '../service-name.ts';

export const upSettings = settingsGroup({
  title: 'Stack',
  fields: {
    ports: setting({
      name: 'ports',
      description: 'the well-known ports, or ones that are free, remembered until the next up',
      type: oneOf(['default', 'free']),
      default: 'default',
    }),
    services: setting({
      name: 'services',
      description: 'what to start',
      type: listOf(serviceNames),
      default: serviceNames.join(','),
    }),
    without: optionalSetting({ name: 'without', description: 'what not to start', type: listOf(serviceNames) }),
  },
  value: ({ ports, services, without = [] }) => ({
    ports,
    services: services.filter((service) => !without.includes(service)),
  }),
});
