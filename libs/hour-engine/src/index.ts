export { DuckDbHourEngine, type HourEngineOptions } from './duckdb-hour-engine.ts';
export type { DuckDbLimits } from './duckdb-session.ts';
export type { LocalFiles } from './local-files.ts';
