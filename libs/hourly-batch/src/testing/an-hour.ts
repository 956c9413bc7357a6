import type { PartitionArchival } from '../finality.ts';
import type { HourManifest, HourTotals, ManifestFile } from '../ports.ts';

/** 2022-10-29T13:00:00Z */
export const HOUR = Date.UTC(2022, 9, 29, 13);

const FOLDER = 'year=2022/month=10/day=29/hour=13';

/** A file with the events of offsets [10, 12) of partition 0: one of 5 bytes, one of 7. */
export function aFile(overrides: Partial<ManifestFile> = {}): ManifestFile {
  return {
    path: `${FOLDER}/devices-0-000000000010-000000000012.parquet`,
    sizeBytes: 1000,
    topic: 'devices',
    partition: 0,
    startOffset: 10,
    generation: 0,
    endOffset: 12,
    rows: 2,
    eventBytes: 12n,
    checksum: 'c0ffee',
    ...overrides,
  };
}

export function aManifest(overrides: Partial<HourManifest> = {}): HourManifest {
  return {
    readAtMs: Date.UTC(2022, 9, 29, 15),
    revision: 1,
    isKnown: true,
    isBelowFloor: false,
    files: [aFile()],
    intendedPaths: [],
    isForeign: false,
    partitions: [aPartition()],
    awaitedEvents: 0,
    lateEvents: 0,
    lackingRecords: 0,
    ...overrides,
  };
}

/** A partition that is archived until half an hour after the hour's end. */
export function aPartition(overrides: Partial<PartitionArchival> = {}): PartitionArchival {
  const archivedUntilMs = Date.UTC(2022, 9, 29, 14, 30);
  return { topic: 'devices', partition: 0, isClaimed: true, gap: undefined, archivedUntilMs, ...overrides };
}

/** The totals of `aFile`. */
export function someTotals(overrides: Partial<HourTotals> = {}): HourTotals {
  return {
    rows: [
      { type: 'antenna_total_bytes', id: 'antenna', value: 12n },
      { type: 'app_total_bytes', id: 'SKYPE', value: 12n },
      { type: 'user_total_bytes', id: 'ana', value: 5n },
      { type: 'user_total_bytes', id: 'bob', value: 7n },
    ],
    events: 2,
    offsets: [{ partition: 0, firstOffset: 10, lastOffset: 11 }],
    ...overrides,
  };
}
