export type {
  ManifestFiles,
  OpenRestore,
  RestoredArchive,
  RestoredManifest,
  RestoredPosition,
  SetAsideFile,
  SetAsideFiles,
} from './ports.ts';
export { type SettledRestore, settleRestore } from './settle-restore.ts';
