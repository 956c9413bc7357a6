import { setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';
import { oneOf } from '../setting-types.ts';

export const logSettings = settingsGroup({
  title: 'Log',
  fields: {
    level: setting({
      name: 'LOG_LEVEL',
      description: 'the least that is logged',
      type: oneOf(['error', 'warn', 'info', 'debug']),
      default: 'info',
    }),
    format: setting({
      name: 'LOG_FORMAT',
      description: 'one JSON object a line, or for people; pretty by default on a terminal',
      type: oneOf(['json', 'pretty']),
      default: process.stderr.isTTY ? 'pretty' : 'json',
    }),
  },
  value: (values) => values,
});
