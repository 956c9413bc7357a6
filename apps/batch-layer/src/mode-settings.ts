import { setting, settingsGroup, yesOrNo } from '@antenna/cli';

/** Options of a run: whether hours must be final, and whether it writes. */
export const modeSettings = settingsGroup({
  title: 'Mode',
  fields: {
    requireFinal: setting({
      name: 'require-final',
      description: 'refuse hours that are not final, with exit code 3',
      type: yesOrNo,
      default: 'false',
    }),
    dryRun: setting({
      name: 'dry-run',
      description: 'show what would be written, and write nothing',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});
