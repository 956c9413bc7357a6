export { openAnalytics } from './analytics/open-analytics.ts';
export { ArchiveError, type ArchiveErrorCode } from './archive-error.ts';
export { ArchiveReader, type ReaderOptions } from './archive-reader.ts';
export type { ListedFile } from './archive-store.ts';
export { openEventArchive, type ArchiveOptions } from './open-event-archive.ts';
export { ParquetArchive } from './parquet-archive.ts';
export { type ArchivedRow, parquetRowGroups, parquetRows } from './parquet-reader.ts';
