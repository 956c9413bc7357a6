export { SparkHourEngine, type SparkHourEngineOptions } from './spark-hour-engine.ts';
export type { SparkEndpoint } from './spark-session.ts';
