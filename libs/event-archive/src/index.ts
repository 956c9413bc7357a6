export { openAnalytics } from './analytics/open-analytics.ts';
export { ArchiveError } from './archive-error.ts';
export { ArchiveReader } from './archive-reader.ts';
export { RewritableArchive } from './rewritable-archive.ts';
export { ReducibleArchive } from './reducible-archive.ts';
export { openEventArchive } from './open-event-archive.ts';
export { ParquetArchive } from './parquet-archive.ts';
export { archiveSettings, type ArchiveSettings } from './settings/archive-settings.ts';
export { archiveUrl, archiveUrlOf, type ArchiveLocation } from './settings/archive-url.ts';
