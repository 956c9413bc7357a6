import type { DatabaseConnection } from './settings/database-settings.ts';
import type { Logger } from '@antenna/telemetry';
import type { Knex } from 'knex';
import { openPool } from './database.ts';
import { driverOptions } from './driver-options.ts';
import { MigrationFailedError, PermissionDeniedError, SchemaVersionError } from './errors.ts';
import { checkExistingTables } from './existing-tables.ts';
import { lockedForMigration } from './migration-lock.ts';
import { migrations as compiledIn } from './migrations/index.ts';
import type { NumberedMigration } from './migrations/numbered-migration.ts';
import { makePartitions } from './partitions.ts';
import { isPassingFailure } from './passing-failure.ts';
import { toDomainError, sqlStateOf } from './domain-error.ts';
import { createGroupRoles } from './roles/group-roles.sql.ts';
import { applySchema, executeScript } from './schema/apply-schema.ts';

export interface MigrateOptions {
  readonly log?: Logger | undefined;
  /** How long to wait for another run to end, in milliseconds; 600,000 by default. */
  readonly waitMs?: number;
  /** The migrations of this program by default. */
  readonly migrations?: readonly NumberedMigration[];
}

const HISTORY = { schemaName: 'pipeline', tableName: 'migration' };

/**
 * Brings the schema up to date: all missing migrations of the tables in one transaction, then functions, views, roles
 * and rights in another, and then each missing partition. Runs exclude each other: a second one waits and finds nothing to do. A killed run leaves
 * nothing half done. A transient failure, such as a server that is read-only during a failover, is thrown unchanged,
 * and the caller may run it again.
 * @returns the names of the migrations that were applied.
 * @throws {TablesDifferError} before anything is changed, when existing tables differ from what the programs need.
 * @throws {SchemaVersionError} when the database has migrations that this program does not know.
 * @throws {MigrationLockedError} when another run does not end in `waitMs`.
 * @throws {MigrationFailedError} when Postgres refuses a migration.
 */
export async function migrate(
  connection: DatabaseConnection,
  { log, waitMs = 600_000, migrations = compiledIn }: MigrateOptions = {},
): Promise<{ readonly applied: readonly string[] }> {
  // The pool has one connection, which takes the lock when it is opened: every statement of this pool runs under the
  // lock.
  const database = openPool(driverOptions(connection, 'migration'), {
    poolMax: 1,
    acquireTimeoutMs: waitMs + 10_000,
    onConnect: lockedForMigration(waitMs, log),
    log,
  });
  try {
    await checkExistingTables(database);
    await ensurePipelineSchema(database);
    const recorded = await recordedSteps(database);
    refuseUnknown(recorded, migrations);
    // knex's own lock is a row that a killed run leaves locked. No other run can hold it while this one holds the
    // advisory lock.
    await database.migrate.forceFreeMigrationsLock(HISTORY);
    await database.migrate.latest({ ...HISTORY, migrationSource: sourceOf(migrations) });
    await createGroupRoles(database);
    await applySchema(
      database,
      migrations.map(({ name }) => name),
    );
    const made = await partitionsMade(database, log);
    const applied = migrations.map(({ name }) => name).filter((name) => !recorded.has(name));
    log?.info('the schema is up to date', { applied, partitions: made });
    return { applied };
  } catch (error) {
    throw failure(error);
  } finally {
    await database.destroy();
  }
}

/** Months are made ahead, so that a dump which reads the tables for hours holds no deployment up. */
async function partitionsMade(database: Knex, log: Logger | undefined): Promise<readonly string[]> {
  try {
    return (await makePartitions(database, true)).made;
  } catch (error) {
    if (!isPassingFailure(error)) throw error;
    log?.warn('could not make the partitions of coming months; batch-layer:run --due tries again', { error });
    return [];
  }
}

/** Creates schema `pipeline` only if it is missing, since the provisioner may lack the right to create schemas. */
async function ensurePipelineSchema(database: Knex): Promise<void> {
  const { rows } = await database.raw<{ rows: unknown[] }>(`SELECT 1 FROM pg_namespace WHERE nspname = 'pipeline'`);
  if (rows.length === 0) await database.raw('CREATE SCHEMA pipeline');
}

async function recordedSteps(database: Knex): Promise<ReadonlySet<string>> {
  const { schemaName, tableName } = HISTORY;
  if (!(await database.schema.withSchema(schemaName).hasTable(tableName))) return new Set();
  const history = database.withSchema(schemaName).table<{ name: string }>(tableName);
  return new Set(await history.pluck('name'));
}

function refuseUnknown(recorded: ReadonlySet<string>, migrations: readonly NumberedMigration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...recorded].filter((name) => !known.has(name)).sort();
  if (unknown.length === 0) return;
  throw new SchemaVersionError(`the database has steps that this program does not know: ${unknown.join(', ')}`);
}

function sourceOf(migrations: readonly NumberedMigration[]): Knex.MigrationSource<NumberedMigration> {
  return {
    getMigrations: () => Promise.resolve([...migrations]),
    getMigrationName: ({ name }) => name,
    getMigration: ({ sql }) =>
      Promise.resolve({
        up: async (transaction) => {
          await executeScript(transaction, sql);
        },
        down: () => Promise.reject(new Error('a step is not undone: write another one')),
      }),
  };
}

/** The error of a refused migration, with the detail that names the conflicting rows. */
function failure(error: unknown): unknown {
  if (isPassingFailure(error)) return error;
  const refused = toDomainError(error);
  if (refused instanceof PermissionDeniedError || sqlStateOf(error) === undefined || !(error instanceof Error))
    return refused;
  const detail = 'detail' in error && typeof error.detail === 'string' ? ` (${error.detail})` : '';
  return new MigrationFailedError(`${error.message}${detail}`, { cause: error });
}
