export { archiveUrl, archiveUrlOf, type ArchiveLocation } from './archive-url.ts';
export { command, type Command, type CommandContext, loggedCommand } from './command.ts';
export type { App, ProcessContext } from './command-line.ts';
export { type ErrorGuides, knownFailure } from './describe-failure.ts';
export { certificateFile, clientCertificateProblem, privateKeyFile, secretFile } from './file-types.ts';
export { archiveSettings, type ArchiveSettings } from './groups/archive.ts';
export { databaseSettings, type DatabaseConnection, type SslMode } from './groups/database.ts';
export { httpSettings } from './groups/http.ts';
export { finalitySettings, ingestionSettings } from './groups/ingestion.ts';
export { logSettings } from './groups/log.ts';
export { isNetworkFailure } from './network-failure.ts';
export { programVersion } from './program-version.ts';
export { type Progress, showProgress } from './progress.ts';
export { ProductError } from './product-error.ts';
export {
  countColumn,
  formatReport,
  instantColumn,
  type OutputFormat,
  outputSettings,
  plainColumn,
  type Report,
  type ReportColumn,
  type ReportColumns,
} from './report.ts';
export { instantText, numberText, textTable } from './report-text.ts';
export { execute, runApp } from './run-app.ts';
export { optionalSetting, requiredSetting, setting, type Setting, type SettingType } from './setting.ts';
export { settingsGroup, type SettingsGroup } from './settings-group.ts';
export { anyText, listOf, oneOf, splitList, textLike, wholeNumber, yesOrNo } from './setting-types.ts';
export { showReport, watchSettings } from './watch.ts';
export { tlsFailureOf, type TlsFailure } from './tls-failure.ts';
