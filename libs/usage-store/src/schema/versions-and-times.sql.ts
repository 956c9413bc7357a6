import type { SchemaFamily } from './schema-family.ts';

/** The accepted program versions, the identity of the database, and conversions of times. */
export const versionsAndTimes: SchemaFamily = {
  name: 'versions-and-times',
  sql: `
    -- Every function that programs call calls this one first. It checks the version, and it makes the commit wait until
    -- it is on disk, also on a synchronous standby, regardless of the defaults of server, role or pooler: the loss of
    -- an intent after its files were created would leave unknown files in the archive.
    CREATE OR REPLACE FUNCTION pipeline.require_version(p_version integer) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      accepted pipeline.schema_version;
    BEGIN
      SELECT * INTO STRICT accepted FROM pipeline.schema_version;
      IF p_version NOT BETWEEN accepted.compatible_since AND accepted.version THEN
        RAISE EXCEPTION 'this program is built for schema version %, the database accepts % to %',
          p_version, accepted.compatible_since, accepted.version USING ERRCODE = 'AU002';
      END IF;
      IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
      END IF;
    END
    $$;

    -- The identity of this database: installation, server and oid. A copy differs in the server or the oid; a promoted
    -- standby and a renamed database keep the identity.
    CREATE OR REPLACE FUNCTION pipeline.database_identity() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT concat_ws('/', i.id, s.system_identifier, d.oid)
      FROM pipeline.installation AS i, pg_control_system() AS s, pg_catalog.pg_database AS d
      WHERE d.datname = current_database();
    END;

    CREATE OR REPLACE FUNCTION pipeline.epoch_ms(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    RETURN (extract(epoch FROM moment) * 1000)::bigint;

    CREATE OR REPLACE FUNCTION pipeline.utc(epoch_ms bigint) RETURNS timestamp
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN timestamp '1970-01-01' + epoch_ms * interval '1 millisecond';
  `,
};
