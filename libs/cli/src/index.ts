export { command, type Command, loggedCommand, logSettings } from './command.ts';
export type { App } from './command-line.ts';
export { type ErrorGuides, knownFailure, ProductError } from './describe-failure.ts';
export { certificateFile, clientCertificateProblem, privateKeyFile, secretFile } from './file-types.ts';
export { httpSettings } from './groups/http.ts';
export { finalitySettings, ingestionSettings } from './groups/ingestion.ts';
export { isNetworkFailure, tlsFailureOf } from './network-failure.ts';
export { programVersion } from './program-version.ts';
export { type Progress, showProgress } from './progress.ts';
export {
  countColumn,
  formatReport,
  instantColumn,
  instantText,
  numberText,
  type OutputFormat,
  outputSettings,
  plainColumn,
  type Report,
  type ReportColumn,
  type ReportColumns,
  textTable,
} from './report.ts';
export { execute, runApp } from './run-app.ts';
export { optionalSetting, requiredSetting, setting, type Setting, type SettingType } from './setting.ts';
export { settingsGroup, type SettingsGroup } from './settings-group.ts';
export { anyText, listOf, oneOf, splitList, textLike, wholeNumber, yesOrNo } from './setting-types.ts';
export { showReport, watchSettings } from './watch.ts';
