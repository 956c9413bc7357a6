export { certificateAuthority, type CertificateAuthority } from './certificates.ts';
export {
  type App,
  appCommand,
  checkout,
  type CommandLine,
  endedWell,
  type Environment,
  lastLines,
  nodeCommand,
  type Program,
  ProgramFailedError,
  runProgram,
  startProgram,
  textOf,
} from './programs/program.ts';
export { metricsOf, originOf } from './programs/serving-worker.ts';
export { fileWith, settingProblems, settingSecrets, settingsIn } from './read-settings.ts';
export { recordOutput } from './record-output.ts';
export { secretOfRun, testSecret } from './secret.ts';
export { serviceImages } from './services/service-images.ts';
export { TcpProxy } from './tcp-proxy.ts';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
export { createBucket, testBucket } from './test-bucket.ts';
export { emptyDatabase, rowsOf, testDatabase, type TestDatabase } from './test-database.ts';
export { asKafkaAdministrator, produce, testKafka, testTopic, type TestTopic } from './test-topic.ts';
export { until, within } from './until.ts';
export { writeInt96Event } from './int96-file.ts';
