import { optionalSetting, setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';
import { anyText, wholeNumber } from '../setting-types.ts';

export const httpSettings = settingsGroup({
  title: 'HTTP',
  fields: {
    host: optionalSetting({
      name: 'HTTP_HOST',
      description: 'address of this machine to listen at; default: all addresses of IPv4 and IPv6',
      type: anyText('address'),
    }),
    port: setting({
      name: 'HTTP_PORT',
      description: 'port of /healthz, /readyz and /metrics; 0 for any free port',
      type: wholeNumber(0, 65_535),
      default: '8080',
    }),
  },
  value: (values) => values,
});
