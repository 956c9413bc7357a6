export { certificateAuthority, type CertificateAuthority } from './certificates.ts';
export { emptyDatabase, testDatabase, type TestDatabase } from './test-database.ts';
export { produce } from './produce.ts';
export { testSecret } from './secret.ts';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
export { testBucket, type TestBucket } from './test-bucket.ts';
export { testTopic, type TestTopic } from './test-topic.ts';
export { until } from './until.ts';
