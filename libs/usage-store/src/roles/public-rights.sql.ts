/**
 * Takes away what Postgres lets everybody do in every database, so that who may only call functions can keep nothing:
 * temporary tables, tables in schema public, large objects. Each is taken away by itself: where the provisioner is no
 * superuser, as on a managed server, the right to large objects is not its to take, and stays.
 */
export const REVOKE_PUBLIC_RIGHTS = `
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
