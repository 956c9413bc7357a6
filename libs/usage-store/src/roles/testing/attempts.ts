import type { Knex } from 'knex';

/** A statement that a login tries. */
export interface Attempt {
  /** The right that a login has if the statement is allowed. */
  readonly right: string;
  readonly statement: string;
}

const OUR_SCHEMAS = `'public', 'pipeline'`;

/** Attempts for every relation, column and function of the schemas, with every command that applies to it. */
export async function attemptsFromCatalogue(owner: Knex): Promise<readonly Attempt[]> {
  const { rows } = await owner.raw<{ rows: Attempt[] }>(CATALOGUE);
  return rows;
}

const CATALOGUE = `
  WITH relations AS (
    SELECT format('%I.%I', nspname, relname) AS name, relkind, c.oid
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE nspname IN (${OUR_SCHEMAS})
  ),
  columns AS (
    SELECT name, relkind, quote_ident(attname) AS "column",
      row_number() OVER (PARTITION BY attrelid ORDER BY attnum) = 1 AS is_first
    FROM relations JOIN pg_attribute ON attrelid = oid
    WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm')
  ),
  functions AS (
    SELECT format('%I.%I', nspname, proname) AS name, prokind, given.*
    FROM pg_proc JOIN pg_namespace AS n ON n.oid = pronamespace CROSS JOIN LATERAL (
      SELECT coalesce(string_agg('a' || place, ', ' ORDER BY place), '') AS arguments,
        coalesce(string_agg(format('NULL::%s AS a%s', format_type(type, NULL), place), ', ' ORDER BY place), '') AS nulls
      FROM unnest(proargtypes) WITH ORDINALITY AS arguments (type, place)
    ) AS given
    WHERE nspname IN (${OUR_SCHEMAS})
  )
  SELECT 'SELECT ' || name AS "right", format('SELECT count(*) FROM %s', name) AS statement
  FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
  SELECT 'SELECT ' || name, format('SELECT %s FROM %s LIMIT 0', "column", name) FROM columns
  UNION ALL
  SELECT 'SELECT ' || name, format('COPY (SELECT * FROM %s) TO STDOUT', name) FROM columns WHERE is_first
  UNION ALL
  SELECT command || ' ' || name, format(template, name, "column")
  FROM columns CROSS JOIN (VALUES
    ('INSERT', 'INSERT INTO %1$s DEFAULT VALUES'),
    ('INSERT', 'COPY %1$s FROM STDIN'),
    ('UPDATE', 'UPDATE %1$s SET %2$s = DEFAULT'),
    ('SELECT FOR UPDATE', 'SELECT %2$s FROM %1$s FOR UPDATE'),
    ('DELETE', 'DELETE FROM %1$s'),
    ('TRUNCATE', 'TRUNCATE %1$s'),
    ('LOCK', 'LOCK TABLE %1$s IN ACCESS EXCLUSIVE MODE'),
    ('LOCK', 'LOCK TABLE %1$s IN ROW EXCLUSIVE MODE'),
    ('ALTER', 'ALTER TABLE %1$s ADD COLUMN more integer'),
    ('ALTER', 'ALTER TABLE %1$s OWNER TO CURRENT_USER'),
    ('ALTER', 'COMMENT ON TABLE %1$s IS NULL'),
    ('DROP', 'DROP TABLE %1$s'),
    ('INDEX', 'CREATE INDEX ON %1$s (%2$s)'),
    ('TRIGGER', 'CREATE TRIGGER mine BEFORE INSERT ON %1$s EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
    ('RULE', 'CREATE RULE mine AS ON INSERT TO %1$s DO INSTEAD NOTHING'),
    ('POLICY', 'CREATE POLICY mine ON %1$s'),
    ('GRANT', 'GRANT SELECT ON %1$s TO PUBLIC')
  ) AS commands (command, template)
  WHERE relkind IN ('r', 'p') AND (is_first OR command = 'UPDATE')
  UNION ALL
  SELECT command || ' ' || name, format(template, name)
  FROM relations CROSS JOIN (VALUES
    ('ALTER', 'CREATE OR REPLACE VIEW %s AS SELECT 1'),
    ('DROP', 'DROP VIEW %s')
  ) AS commands (command, template)
  WHERE relkind = 'v'
  UNION ALL
  SELECT 'UPDATE ' || name, format(template, name)
  FROM relations CROSS JOIN (VALUES ('SELECT nextval(%L)'), ('SELECT setval(%L, 1)')) AS commands (template)
  WHERE relkind = 'S'
  UNION ALL
  -- OFFSET 0 hides the NULLs from the planner, which would replace the call of a strict function by NULL.
  SELECT 'EXECUTE ' || name,
    format(CASE prokind WHEN 'p' THEN 'CALL %1$s(%3$s)' ELSE 'SELECT %1$s(%2$s) FROM (SELECT %3$s OFFSET 0) AS given' END,
      name, arguments, nulls)
  FROM functions
  UNION ALL
  SELECT command || ' ' || name, format(template, name)
  FROM functions CROSS JOIN (VALUES
    ('DROP', 'DROP ROUTINE %s'),
    ('GRANT', 'GRANT EXECUTE ON ROUTINE %s TO PUBLIC'),
    ('ALTER', 'ALTER ROUTINE %s RESET ALL')
  ) AS commands (command, template)
`;

/** Attempts beyond the tables of the product: to become another role, and to store or read other data. */
export function attemptsBeyondCatalogue(otherRoles: readonly string[]): readonly Attempt[] {
  const attempts: Readonly<Record<string, readonly string[]>> = {
    'become another role': otherRoles.flatMap((role) => [
      `SET ROLE ${role}`,
      `SET SESSION AUTHORIZATION ${role}`,
      `GRANT ${role} TO CURRENT_USER`,
      `ALTER ROLE ${role} PASSWORD NULL`,
      `DROP ROLE ${role}`,
    ]),
    'join others': ['pg_read_all_data', 'pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program'].map(
      (role) => `GRANT ${role} TO CURRENT_USER`,
    ),
    'make roles': ['CREATE ROLE another', 'ALTER ROLE CURRENT_USER CREATEROLE', 'ALTER ROLE CURRENT_USER SUPERUSER'],
    'make schemas': ['CREATE SCHEMA mine', 'DROP SCHEMA pipeline CASCADE', 'ALTER SCHEMA public RENAME TO mine'],
    'make objects': ['public', 'pipeline'].flatMap((schema) => [
      `CREATE TABLE ${schema}.mine (id integer)`,
      `CREATE TABLE ${schema}.mine AS SELECT 1`,
      `CREATE VIEW ${schema}.mine AS SELECT 1`,
      `CREATE SEQUENCE ${schema}.mine`,
      `CREATE TYPE ${schema}.mine AS ENUM ('mine')`,
      `CREATE FUNCTION ${schema}.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
    ]),
    'make temporary tables': ['CREATE TEMP TABLE mine (id integer)', 'CREATE TEMP TABLE mine AS SELECT 1'],
    'make large objects': ['SELECT lo_create(0)', 'SELECT lo_creat(-1)', `SELECT lo_from_bytea(0, '\\x00')`],
    'make databases': ['CREATE DATABASE mine', 'CREATE EXTENSION file_fdw', 'CREATE FOREIGN DATA WRAPPER mine'],
    'change the server': [
      'ALTER SYSTEM SET work_mem = 1',
      'SELECT pg_reload_conf()',
      'CHECKPOINT',
      'SET log_statement = none',
    ],
    'touch files': [
      `COPY (SELECT 1) TO '/tmp/mine'`,
      `COPY (SELECT 1) TO PROGRAM 'cat'`,
      `SELECT lo_import('/etc/passwd')`,
      `SELECT pg_read_file('/etc/passwd')`,
      `SELECT pg_read_binary_file('/etc/passwd')`,
      `SELECT pg_ls_dir('.')`,
      `LOAD 'plpgsql'`,
    ],
    'see passwords': [
      'SELECT rolpassword FROM pg_authid',
      'SELECT passwd FROM pg_shadow',
      'SELECT umoptions FROM pg_user_mapping',
    ],
    'end others': [`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' LIMIT 1`],
    'change the catalogue': [`UPDATE pg_class SET relname = relname`, `DELETE FROM pg_proc`],
    replicate: [`SELECT pg_create_physical_replication_slot('mine')`, 'CREATE PUBLICATION mine FOR ALL TABLES'],
  };
  return Object.entries(attempts).flatMap(([right, statements]) =>
    statements.map((statement) => ({ right: `${right}: ${statement}`, statement })),
  );
}
