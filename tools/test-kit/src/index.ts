export { certificateAuthority, type CertificateAuthority } from './certificates.ts';
export {
  type App,
  appCommand,
  checkout,
  type CommandLine,
  endedWell,
  type Environment,
  lastLines,
  metricsOf,
  nodeCommand,
  originOf,
  type Program,
  ProgramFailedError,
  runProgram,
  startProgram,
  textOf,
} from './programs/program.ts';
export { fileWith, settingProblems, settingSecrets, settingsIn } from './read-settings.ts';
export { recordOutput, secretOfRun, testSecret } from './secret.ts';
export { serviceImages } from './services/containers.ts';
export { TcpProxy } from './tcp-proxy.ts';
export { createBucket, temporaryFolder, type TemporaryFolder, testBucket, writeInt96Event } from './archive-places.ts';
export { tablesNaming } from './tables-naming.ts';
export {
  copyDatabase,
  dropDatabase,
  emptyDatabase,
  freshDatabase,
  rowsOf,
  testDatabase,
  type TestDatabase,
} from './test-database.ts';
export {
  asKafkaAdministrator,
  createTopic,
  produce,
  testKafka,
  testTopic,
  type TestTopic,
  withAdmin,
} from './test-topic.ts';
export { until, within } from './until.ts';
