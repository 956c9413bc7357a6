export { DuckDbHourEngine } from './duckdb-hour-engine.ts';
export { DuckDbHourCompactor } from './duckdb-hour-compactor.ts';
export type { DuckDbLimits } from './duckdb-session.ts';
export type { LocalFiles } from './local-files.ts';
