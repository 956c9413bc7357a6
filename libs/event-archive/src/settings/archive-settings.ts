import { optionalSetting, setting, settingsGroup, type SettingType } from '@antenna/cli';
import * as z from 'zod';
import { archiveUrl, archiveUrlOf, type ArchiveLocation } from './archive-url.ts';

/** Address of an emulator of Google Cloud Storage: a URL, or `host:port`, which means http. */
const emulatorHost: SettingType<string> = {
  placeholder: '<url>',
  allowed: 'http://host:port or host:port',
  schema: z.string().transform((text, context) => {
    const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}`);
    if (url !== null) return url.origin;
    context.addIssue('it is no address');
    return z.NEVER;
  }),
};

export interface ArchiveSettings {
  /** The canonical URL of the location: the store remembers it. */
  readonly url: string;
  readonly location: ArchiveLocation;
  /** Origin (`http://host:port`) of an emulator of Google Cloud Storage. */
  readonly emulatorUrl: string | undefined;
}

export const archiveSettings = settingsGroup({
  title: 'Archive',
  fields: {
    location: setting({
      name: 'ARCHIVE_URL',
      description: 'location of the Parquet files',
      type: archiveUrl,
      default: 'file:.local/archive',
    }),
    emulatorUrl: optionalSetting({
      name: 'STORAGE_EMULATOR_HOST',
      description: 'server that stands in for Google Cloud Storage',
      type: emulatorHost,
    }),
  },
  value: (values): ArchiveSettings => ({ ...values, url: archiveUrlOf(values.location) }),
});
