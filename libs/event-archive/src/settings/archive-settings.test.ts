import { settingProblems, settingsIn } from '@antenna/test-kit';
import { archiveSettings } from './archive-settings.ts';

describe('the archive settings', () => {
  it.each([
    ['file:.local/archive', `${process.cwd()}/.local/archive`],
    ['file:/data/archive/', '/data/archive'],
    ['file:///data/archive', '/data/archive'],
  ])('read %s as a folder', (ARCHIVE_URL, path) => {
    const { location, url } = settingsIn(archiveSettings, { ARCHIVE_URL });
    expect(location).toEqual({ kind: 'file', path });
    expect(url).toBe(`file://${path}`);
  });

  it.each([
    ['gs://usage', '', 'gs://usage'],
    ['gs://usage/', '', 'gs://usage'],
    ['gs://usage/a/b/', 'a/b', 'gs://usage/a/b'],
  ])('read %s as a bucket', (ARCHIVE_URL, prefix, canonical) => {
    const { location, url } = settingsIn(archiveSettings, { ARCHIVE_URL });
    expect(location).toEqual({ kind: 'gs', bucket: 'usage', prefix });
    expect(url).toBe(canonical);
  });

  it.each([
    's3://usage',
    'gs://',
    'gs://U',
    'gs://usage//a',
    'gs://usage/../a',
    'gs://usage/a*',
    'file:',
    'file://host/a',
    'x',
  ])('refuse %s', (ARCHIVE_URL) => {
    expect(settingProblems(archiveSettings, { ARCHIVE_URL })).toEqual([
      expect.stringContaining(JSON.stringify(ARCHIVE_URL)),
    ]);
  });

  it.each(['127.0.0.1:4443', 'http://127.0.0.1:4443', 'http://127.0.0.1:4443/'])(
    'accept %s as the address of a storage emulator',
    (host) => {
      expect(settingsIn(archiveSettings, { STORAGE_EMULATOR_HOST: host }).emulatorUrl).toBe('http://127.0.0.1:4443');
    },
  );
});
