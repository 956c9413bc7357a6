export { DuckDbHourEngine } from './duckdb-hour-engine.ts';
export { DuckDbHourMerger } from './duckdb-hour-merger.ts';
export type { DuckDbLimits } from './duckdb-session.ts';
export type { LocalFiles } from './local-files.ts';
