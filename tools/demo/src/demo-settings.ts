import { oneOf, setting, settingsGroup, yesOrNo } from '@antenna/cli';

export const demoSettings = settingsGroup({
  title: 'Demo',
  fields: {
    ports: setting({
      name: 'ports',
      description: 'ports of the services that do not run yet: the well-known ones, or ones that are free',
      kind: oneOf(['default', 'free']),
      default: 'default',
    }),
    keep: setting({
      name: 'keep',
      description: 'leave the services running that the demo has started',
      kind: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});
