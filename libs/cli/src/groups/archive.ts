import { archiveUrl, archiveUrlOf, type ArchiveLocation } from '../archive-url.ts';
import { emulatorHost } from '../emulator-host.ts';
import { optionalSetting, setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';

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
