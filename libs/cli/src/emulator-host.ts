import * as z from 'zod';
import type { SettingType } from './setting.ts';

/** Address of an emulator of Google Cloud Storage: a URL, or `host:port`, which means http. */
export const emulatorHost: SettingType<string> = {
  placeholder: '<url>',
  allowed: 'http://host:port or host:port',
  schema: z.string().transform((text, context) => {
    const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}`);
    if (url !== null) return url.origin;
    context.addIssue('it is no address');
    return z.NEVER;
  }),
};
