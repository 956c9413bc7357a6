export { DuckDbHourEngine } from './duckdb-hour-engine.ts';
export { DuckDbEventFinder } from './duckdb-event-finder.ts';
export { DuckDbHourCompactor } from './duckdb-hour-compactor.ts';
export { DuckDbUserFinder } from './duckdb-user-finder.ts';
