import { archiveUrl, archiveUrlOf, type ArchiveLocation } from '../archive-url.ts';
import { emulatorHost } from '../emulator-host.ts';
import { optionalSetting, setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';

export interface ArchiveSettings {
  /** The location as a URL, always the same for the same place: the store remembers it. */
  readonly url: string;
  readonly location: ArchiveLocation;
  /** Origin (`http://host:port`) of a server that stands in for Google Cloud Storage. */
  readonly emulatorUrl: string | undefined;
}

export const archiveSettings = settingsGroup({
  title: 'Archive',
  fields: {
    location: setting({
      name: 'ARCHIVE_URL',
      description: 'where the Parquet files are',
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
