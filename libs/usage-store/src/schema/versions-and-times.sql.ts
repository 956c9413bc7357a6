import type { SchemaFamily } from './schema-family.ts';

/** Which programs the schema accepts, and how it reads times. */
export const versionsAndTimes: SchemaFamily = {
  name: 'versions-and-times',
  sql: `
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
    END
    $$;

    CREATE OR REPLACE FUNCTION pipeline.epoch_ms(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    RETURN (extract(epoch FROM moment) * 1000)::bigint;

    CREATE OR REPLACE FUNCTION pipeline.utc(epoch_ms bigint) RETURNS timestamp
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN timestamp '1970-01-01' + epoch_ms * interval '1 millisecond';
  `,
};
