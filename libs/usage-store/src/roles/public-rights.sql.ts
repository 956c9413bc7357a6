/**
 * Revokes the rights that PUBLIC has in every database by default: to connect, which only the group roles keep, and to
 * create temporary tables, tables in schema public and large objects. Each right is revoked separately: on a managed
 * server, where the provisioner is no superuser, it cannot revoke the right to large objects, which stays.
 */
export const REVOKE_PUBLIC_RIGHTS = `
  DO $$
  BEGIN
    EXECUTE format(
      'GRANT CONNECT ON DATABASE %I TO antenna_batch, antenna_operator, antenna_reader, antenna_speed', current_database()
    );
    IF has_database_privilege('public', current_database(), 'CONNECT') THEN
      EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'PUBLIC keeps the right to enter the database: %', SQLERRM;
  END
  $$;

  DO $$
  BEGIN
    IF has_database_privilege('public', current_database(), 'TEMPORARY') THEN
      EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'PUBLIC keeps the right to temporary tables: %', SQLERRM;
  END
  $$;

  DO $$
  BEGIN
    IF has_schema_privilege('public', 'public', 'CREATE') THEN
      REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    END IF;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'PUBLIC keeps the right to tables in schema public: %', SQLERRM;
  END
  $$;

  DO $$
  BEGIN
    IF has_function_privilege('public', 'pg_catalog.lo_create(oid)', 'EXECUTE') THEN
      REVOKE EXECUTE ON FUNCTION
        pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea)
        FROM PUBLIC;
    END IF;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'PUBLIC keeps the right to large objects: %', SQLERRM;
  END
  $$;
`;
