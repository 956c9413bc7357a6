import type { ScannedRow } from './file-facts.ts';
import type { HourManifest, ListedFile } from './ports.ts';
import { aFile, aManifest, HOUR } from './testing/an-hour.ts';
import { verifyHour } from './verify-hour.ts';

const good: readonly ScannedRow[] = [aRow(10, 5), aRow(11, 7)];

function aRow(offset: number, bytes: number, overrides: Partial<ScannedRow> = {}): ScannedRow {
  const who = { id: 'ana', antennaId: 'antenna', app: 'SKYPE' };
  return { ...who, eventTimeMs: HOUR + offset, bytes, partition: 0, offset, ...overrides };
}

interface Found {
  readonly rows?: readonly ScannedRow[];
  readonly checksum?: string;
  readonly manifest?: HourManifest;
  readonly listed?: readonly ListedFile[];
}

async function problemsOf(found: Found) {
  return (await verified(found)).problems.map(({ problem }) => problem);
}

function verified({ rows = good, checksum = 'c0ffee', manifest = aManifest(), listed = [aFile()] }: Found) {
  return verifyHour(
    {
      store: { readManifest: () => Promise.resolve(manifest) },
      folder: { list: () => Promise.resolve(listed) },
      scanner: {
        scan: ({ sizeBytes }, each) => {
          rows.forEach(each);
          return Promise.resolve({ sizeBytes, checksum });
        },
      },
    },
    HOUR,
  );
}

describe('verifying an hour', () => {
  it.each<[string, boolean, HourManifest, readonly ListedFile[]]>([
    ['without manifest, result and files is reported as unknown', false, aManifest({ isKnown: false, files: [] }), []],
    ['that was computed as empty is reported as known', true, aManifest({ files: [] }), []],
    ['with files only is reported as known', true, aManifest({ isKnown: false, files: [] }), [aFile()]],
  ])('%s', async (_, isKnown, manifest, listed) => {
    expect(await verified({ manifest, listed })).toMatchObject({ isKnown });
  });

  it('finds no problem when the files match the manifest', async () => {
    expect(await problemsOf({})).toEqual([]);
  });

  it.each<[string, Found, string]>([
    ['a missing row', { rows: [aRow(10, 12)] }, 'has rows 1 instead of 2'],
    ['other bytes', { rows: [aRow(10, 5), aRow(11, 8)] }, 'has bytes of events 13 instead of 12'],
    ['another checksum', { checksum: 'bad' }, 'has checksum bad instead of c0ffee'],
    ['an offset below the chunk', { rows: [aRow(9, 5), aRow(11, 7)] }, 'has offsets 9 to 11, beyond [10, 12)'],
    [
      'an offset at the end of the chunk',
      { rows: [aRow(10, 5), aRow(12, 7)] },
      'has offsets 10 to 12, beyond [10, 12)',
    ],
    ['a repeated offset', { rows: [aRow(10, 5), aRow(10, 7)] }, 'has 1 rows whose offsets are not their own'],
    [
      'a row of another hour',
      { rows: [aRow(10, 5, { eventTimeMs: HOUR - 1 }), aRow(11, 7)] },
      'has 1 rows of other hours',
    ],
    [
      'a row of another partition',
      { rows: [aRow(10, 5), aRow(11, 7, { partition: 3 })] },
      'has rows of partition 0, 3 instead of 0',
    ],
    ['a missing file', { listed: [] }, 'is missing'],
    ['a file unknown to the store', { listed: [aFile(), { path: 'x.parquet', sizeBytes: 1 }] }, 'is known neither'],
    [
      'two files with overlapping offsets',
      { manifest: aManifest({ files: [aFile(), aFile({ startOffset: 11, endOffset: 13 })] }) },
      'in its range',
    ],
  ])('finds %s', async (_, found, problem) => {
    expect(await problemsOf(found)).toContainEqual(expect.stringContaining(problem));
  });
});

it('a foreign archive is not compared, since it has no manifest', async () => {
  const manifest = aManifest({ isForeign: true, files: [] });
  expect(await problemsOf({ manifest, listed: [{ path: 'part-0.parquet', sizeBytes: 5 }] })).toEqual([]);
});

it('a file that cannot be read is reported as a problem', async () => {
  const verified = await verifyHour(
    {
      store: { readManifest: () => Promise.resolve(aManifest()) },
      folder: { list: () => Promise.resolve([aFile()]) },
      scanner: { scan: () => Promise.reject(new Error('no footer')) },
    },
    HOUR,
  );
  expect(verified.problems).toEqual([{ path: aFile().path, problem: 'cannot be read: Error: no footer' }]);
});
