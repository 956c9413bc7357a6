import { setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';
import { oneOf } from '../setting-types.ts';

export const logSettings = settingsGroup({
  title: 'Log',
  fields: {
    level: setting({
      name: 'LOG_LEVEL',
      description: 'least severe level that is logged',
      type: oneOf(['error', 'warn', 'info', 'debug']),
      default: 'info',
    }),
    format: setting({
      name: 'LOG_FORMAT',
      description: 'json for one object a line, pretty for people; pretty by default on a terminal',
      type: oneOf(['json', 'pretty']),
      default: process.stderr.isTTY ? 'pretty' : 'json',
    }),
  },
  value: (values) => values,
});
