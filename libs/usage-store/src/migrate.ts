import type { DatabaseConnection } from '@antenna/settings';
import type { Logger } from '@antenna/telemetry';
import type { Knex } from 'knex';
import { openPool } from './database.ts';
import { driverOptions } from './driver-options.ts';
import { SchemaVersionError } from './errors.ts';
import { lockedForMigration } from './migration-lock.ts';
import { migrations as compiledIn } from './migrations/index.ts';
import type { NumberedMigration } from './migrations/numbered-migration.ts';

export interface MigrateOptions {
  readonly log?: Logger | undefined;
  /** How long to wait for another run to end; ten minutes unless given. */
  readonly waitMs?: number;
  /** Those compiled in unless given. */
  readonly migrations?: readonly NumberedMigration[];
}

const HISTORY = { schemaName: 'pipeline', tableName: 'migration' };

/**
 * Brings the schema up to date: all missing steps in one transaction. Only one run works at a time; a second waits
 * and finds nothing to do; one that was killed leaves nothing behind.
 * @returns the names of the steps that were applied.
 * @throws {SchemaVersionError} when the database has steps that this program does not know.
 * @throws {MigrationLockedError} when another run did not end in `waitMs`.
 */
export async function migrate(
  connection: DatabaseConnection,
  { log, waitMs = 600_000, migrations = compiledIn }: MigrateOptions = {},
): Promise<{ readonly applied: readonly string[] }> {
  // The only connection takes the lock when it is made, so whatever goes through this pool has the lock.
  const database = openPool(driverOptions(connection, 'migration'), {
    poolMax: 1,
    acquireTimeoutMs: waitMs + 10_000,
    onConnect: lockedForMigration(waitMs, log),
    log,
  });
  try {
    await database.raw('CREATE SCHEMA IF NOT EXISTS pipeline');
    await refuseUnknownSteps(database, migrations);
    // Knex's own lock is a row, which a killed run leaves locked. Under our lock nobody can be holding it.
    await database.migrate.forceFreeMigrationsLock(HISTORY);
    const applied = await applySteps(database, migrations);
    log?.info('the schema is up to date', { applied });
    return { applied };
  } finally {
    await database.destroy();
  }
}

async function refuseUnknownSteps(database: Knex, migrations: readonly NumberedMigration[]): Promise<void> {
  const { schemaName, tableName } = HISTORY;
  if (!(await database.schema.withSchema(schemaName).hasTable(tableName))) return;
  const recorded = await database.withSchema(schemaName).table<{ name: string }>(tableName).pluck('name');
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = recorded.filter((name) => !known.has(name)).sort();
  if (unknown.length > 0)
    throw new SchemaVersionError(`the database has steps that this program does not know: ${unknown.join(', ')}`);
}

async function applySteps(database: Knex, migrations: readonly NumberedMigration[]): Promise<readonly string[]> {
  const [, applied]: [number, string[]] = await database.migrate.latest({
    ...HISTORY,
    migrationSource: {
      getMigrations: () => Promise.resolve([...migrations]),
      getMigrationName: ({ name }: NumberedMigration) => name,
      getMigration: ({ sql }: NumberedMigration) =>
        Promise.resolve({
          // To knex a question mark is a parameter unless it is escaped.
          up: (transaction: Knex) => transaction.raw(sql.replaceAll('?', String.raw`\?`)),
          down: () => Promise.reject(new Error('a step is not undone: write another one')),
        }),
    },
  });
  return applied;
}
