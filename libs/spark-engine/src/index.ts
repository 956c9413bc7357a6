export { SparkHourEngine } from './spark-hour-engine.ts';
export type { SparkEndpoint } from './spark-session.ts';
