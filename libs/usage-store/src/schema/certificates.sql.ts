import type { SchemaFamily } from './schema-family.ts';

/** The chain of certificates of final hours (docs/commit-protocol.md, "Certificates"). commit_hour calls certify last. */
export const certificates: SchemaFamily = {
  name: 'certificates',
  sql: `
    CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pipeline.certificate
      FOR EACH STATEMENT EXECUTE FUNCTION pipeline.refuse_change();

    -- RFC 8785 (JSON Canonicalization Scheme) for JSON with ASCII keys and integers of up to 2^53 - 1. Strings are
    -- written by Postgres as the RFC demands: only control characters, quotation marks and backslashes are escaped.
    CREATE OR REPLACE FUNCTION pipeline.canonical_json(p_value jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      CASE jsonb_typeof(p_value)
        WHEN 'object' THEN
          IF EXISTS (SELECT FROM jsonb_object_keys(p_value) AS k (key) WHERE k.key ~ '[^ -~]') THEN
            RAISE EXCEPTION 'a key of a certificate has a character beyond ASCII: %', p_value;
          END IF;
          RETURN '{' || coalesce((
            SELECT string_agg(to_json(m.key) || ':' || pipeline.canonical_json(m.value), ',' ORDER BY m.key COLLATE "C")
            FROM jsonb_each(p_value) AS m
          ), '') || '}';
        WHEN 'array' THEN
          RETURN '[' || coalesce((
            SELECT string_agg(pipeline.canonical_json(e.value), ',' ORDER BY e.ordinality)
            FROM jsonb_array_elements(p_value) WITH ORDINALITY AS e (value, ordinality)
          ), '') || ']';
        WHEN 'number' THEN
          IF abs(p_value::numeric) > 9007199254740991 OR p_value::text ~ '[.]' THEN
            RAISE EXCEPTION 'a certificate writes only integers up to 2^53 - 1 as numbers, not %', p_value;
          END IF;
          RETURN p_value::text;
        ELSE
          RETURN p_value::text;
      END CASE;
    END
    $$;

    CREATE OR REPLACE FUNCTION pipeline.sha256_of(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    RETURN encode(sha256(convert_to(p_text, 'UTF8')), 'hex');

    CREATE OR REPLACE FUNCTION pipeline.iso_instant(p_time timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    RETURN to_char(p_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

    -- Number of rows and digest of one type of bytes_hourly: SHA-256 of the canonical JSON of [[id, …], ["bytes", …]],
    -- in the order of the ids' UTF-8. The arrays of commit_hour are sorted by type and id.
    CREATE OR REPLACE FUNCTION pipeline.certified_totals(p_type text, p_types text[], p_ids text[], p_values bigint[])
    RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      first constant integer := array_position(p_types, p_type);
      beyond integer := cardinality(p_types) + 1;
      later text;
    BEGIN
      IF first IS NULL THEN
        RETURN jsonb_build_object('rows', 0, 'sha256', pipeline.sha256_of('[[],[]]'));
      END IF;
      FOREACH later IN ARRAY ARRAY['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'] LOOP
        IF later COLLATE "C" > p_type COLLATE "C" THEN
          beyond := least(beyond, array_position(p_types, later));
        END IF;
      END LOOP;
      RETURN jsonb_build_object('rows', beyond - first, 'sha256', pipeline.sha256_of(concat(
        '[', array_to_json(p_ids[first:beyond - 1]), ',["', array_to_string(p_values[first:beyond - 1], '","'), '"]]')));
    END
    $$;

    -- The digest of the hour's rows of user_quota_limit, without a person's address in clear: SHA-256 of the canonical
    -- JSON of [[email, …], ["usage", …], ["quota", …]], in the order of e-mail (NULL last), usage and quota.
    CREATE OR REPLACE FUNCTION pipeline.quota_digest(p_hour timestamp) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN (
        SELECT pipeline.sha256_of(concat('[', coalesce(array_to_json(array_agg(l.email)), '[]'), ',',
          coalesce(array_to_json(array_agg(l.usage::text)), '[]'), ',',
          coalesce(array_to_json(array_agg(l.quota::text)), '[]'), ']'))
        FROM (
          SELECT q.email, q.usage, q.quota FROM public.user_quota_limit AS q
          WHERE q."timestamp" = p_hour
          ORDER BY q.email COLLATE "C" NULLS LAST, q.usage, q.quota
        ) AS l
      );
    END
    $$;

    -- The offsets of the chunks of a run's files, by partition and generation: [from, to), adjacent chunks merged.
    CREATE OR REPLACE FUNCTION pipeline.input_ranges(p_run_id bigint)
    RETURNS TABLE (topic text, partition integer, generation integer, from_offset bigint, to_offset bigint)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT c.topic, c.partition, c.generation, lower(r.range), upper(r.range)
      FROM (
        SELECT f.topic, f.partition, f.generation, range_agg(int8range(f.start_offset, f.end_offset)) AS ranges
        FROM pipeline.input_files(p_run_id) AS f
        GROUP BY f.topic, f.partition, f.generation
      ) AS c
      CROSS JOIN LATERAL unnest(c.ranges) AS r (range);
    END;

    -- The number of dead letters by reason within the offsets of pipeline.input_ranges, as far as the totals sink has
    -- read them. A range of dead letters counts where it begins. Each chunk is looked up in a LATERAL of its own: the planner
    -- expects many chunks, and would join them with the dead letters of all time.
    CREATE OR REPLACE FUNCTION pipeline.dead_letters_beside(p_run_id bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN (
        WITH chunk AS MATERIALIZED (
          SELECT r.*, r.generation = pipeline.log_generation(r.topic, r.partition) AS is_current
          FROM pipeline.input_ranges(p_run_id) AS r
        ), found AS (
          SELECT f.reason, f.records
          FROM chunk AS c
          CROSS JOIN LATERAL (
            SELECT d.reason, 1::bigint AS records
            FROM pipeline.dead_letter AS d
            WHERE c.is_current AND d.topic = c.topic AND d.partition = c.partition
              AND d."offset" >= c.from_offset AND d."offset" < c.to_offset
            UNION ALL
            SELECT d.reason, d.records
            FROM pipeline.dead_letter_range AS d
            WHERE c.is_current AND d.topic = c.topic AND d.partition = c.partition
              AND d.first_offset >= c.from_offset AND d.first_offset < c.to_offset
            UNION ALL
            SELECT d.reason, 1
            FROM pipeline.gone_dead_letter AS d
            WHERE d.generation = c.generation AND d.topic = c.topic AND d.partition = c.partition
              AND d."offset" >= c.from_offset AND d."offset" < c.to_offset
            UNION ALL
            SELECT d.reason, d.records
            FROM pipeline.gone_dead_letter_range AS d
            WHERE d.generation = c.generation AND d.topic = c.topic AND d.partition = c.partition
              AND d.first_offset >= c.from_offset AND d.first_offset < c.to_offset
            OFFSET 0
          ) AS f
        )
        SELECT coalesce(jsonb_object_agg(s.reason, s.records), '{}')
        FROM (SELECT f.reason, sum(f.records) AS records FROM found AS f GROUP BY f.reason) AS s
      );
    END
    $$;

    -- What a certificate says of an hour, without the rows of bytes_hourly: two runs with equal facts need one
    -- certificate.
    CREATE OR REPLACE FUNCTION pipeline.certified_facts(p_run_id bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      run pipeline.batch_run;
    BEGIN
      SELECT r.* INTO STRICT run FROM pipeline.batch_run AS r WHERE r.id = p_run_id;
      RETURN jsonb_build_object(
        'version', 1,
        'database', pipeline.database_identity(),
        'hour', pipeline.iso_instant(run.hour AT TIME ZONE 'UTC'),
        'revision', run.revision,
        'finalAt', (SELECT pipeline.iso_instant(min(b.started_at)) FROM pipeline.batch_run AS b
          WHERE b.hour = run.hour AND b.was_final),
        'events', run.events,
        'eventBytes', run.event_bytes::text,
        'quota', jsonb_build_object('usersOverQuota', run.users_over_quota,
          'usersWithoutMetadata', run.users_without_metadata, 'sha256', pipeline.quota_digest(run.hour)),
        'files', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'path', f.path, 'topic', f.topic, 'partition', f.partition, 'generation', f.generation,
            'startOffset', f.start_offset, 'endOffset', f.end_offset, 'rows', f.row_count,
            'eventBytes', f.event_bytes::text, 'sizeBytes', f.size_bytes, 'sha256', f.checksum,
            'decoderVersion', f.decoder_version
          ) || CASE WHEN f.erased_events > 0 THEN jsonb_build_object('erasedEvents', f.erased_events) ELSE '{}' END
          ORDER BY f.path), '[]')
          FROM pipeline.input_files(p_run_id) AS f
        ),
        'partitions', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'topic', p.topic, 'partition', p.partition, 'generation', p.generation, 'ranges', p.ranges
          ) ORDER BY p.topic, p.partition, p.generation), '[]')
          FROM (
            SELECT r.topic, r.partition, r.generation,
              jsonb_agg(jsonb_build_array(r.from_offset, r.to_offset) ORDER BY r.from_offset) AS ranges
            FROM pipeline.input_ranges(p_run_id) AS r
            GROUP BY r.topic, r.partition, r.generation
          ) AS p
        ),
        'deadLetters', pipeline.dead_letters_beside(p_run_id),
        'acknowledgedGaps', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'topic', g.topic, 'partition', g.partition, 'fromOffset', g.from_offset, 'toOffset', g.to_offset,
            'recordsAtMost', g.records_at_most, 'acknowledgedAt', pipeline.iso_instant(g.acknowledged_at)) ORDER BY g.id), '[]')
          FROM pipeline.hour_gap AS h JOIN pipeline.acknowledged_gap AS g ON g.id = h.gap_id
          WHERE h.hour = run.hour
        )
      );
    END
    $$;

    -- Whether the manifest lists every input file of a run. The manifest of a foreign archive lists none.
    CREATE OR REPLACE FUNCTION pipeline.has_manifest(p_run_id bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN EXISTS (SELECT FROM pipeline.archive_file) AND (
        SELECT jsonb_array_length(r.input_files) FROM pipeline.batch_run AS r WHERE r.id = p_run_id
      ) = (SELECT count(*) FROM pipeline.input_files(p_run_id));
    END
    $$;

    -- Members of an object as canonical JSON, joined in the order of their keys.
    CREATE OR REPLACE FUNCTION pipeline.canonical_object(p_members pipeline.canonical_member[]) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT '{' || string_agg(to_json(m.key) || ':' || m.value, ',' ORDER BY m.key COLLATE "C") || '}'
      FROM unnest(p_members) AS m;
    END;

    CREATE OR REPLACE FUNCTION pipeline.canonical_members(p_object jsonb) RETURNS pipeline.canonical_member[]
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT array_agg(ROW (m.key, pipeline.canonical_json(m.value))::pipeline.canonical_member)
      FROM jsonb_each(p_object) AS m;
    END;

    -- Adds a certificate to the chain. The lock on its head is the last one that commit_hour takes, and is kept until
    -- the commit, so that numbers have no gap and each certificate names the one before it. The long members are
    -- written before the lock is taken.
    CREATE OR REPLACE FUNCTION pipeline.append_certificate(p_run_id bigint, p_facts jsonb) RETURNS pipeline.certificate
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      members pipeline.canonical_member[] := pipeline.canonical_members(p_facts);
      head pipeline.certificate_head;
      own_hash text;
      appended pipeline.certificate;
    BEGIN
      SELECT h.* INTO STRICT head FROM pipeline.certificate_head AS h FOR UPDATE;
      members := members || pipeline.canonical_members(jsonb_build_object('number', head.number + 1, 'previous',
        CASE WHEN head.number > 0 THEN jsonb_build_object('number', head.number, 'hash', head.hash) END));
      own_hash := pipeline.sha256_of(pipeline.canonical_object(members));
      members := members || pipeline.canonical_members(jsonb_build_object('hash', own_hash));
      INSERT INTO pipeline.certificate (number, hour, run_id, content, hash)
      SELECT head.number + 1, r.hour, r.id, pipeline.canonical_object(members), own_hash
      FROM pipeline.batch_run AS r WHERE r.id = p_run_id
      RETURNING * INTO appended;
      UPDATE pipeline.certificate_head SET number = appended.number, hash = appended.hash;
      RETURN appended;
    END
    $$;

    -- Certifies the result of a final run, unless the hour's newest certificate says the same, or the archive is
    -- foreign. Returns the certificate of the result, if there is one.
    CREATE OR REPLACE FUNCTION pipeline.certify(
      p_run_id bigint, p_program text, p_types text[], p_ids text[], p_values bigint[]
    ) RETURNS pipeline.certificate
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      -- The members that say how a certificate was made, and where it stands in the chain.
      not_of_the_hour constant text[] := ARRAY['number', 'hash', 'previous', 'replaces', 'run'];
      run pipeline.batch_run;
      facts jsonb;
      newest pipeline.certificate;
    BEGIN
      IF NOT pipeline.has_manifest(p_run_id) THEN
        RETURN NULL;
      END IF;
      SELECT r.* INTO STRICT run FROM pipeline.batch_run AS r WHERE r.id = p_run_id;
      facts := pipeline.certified_facts(p_run_id) || jsonb_build_object('totals', (
        SELECT jsonb_object_agg(t.type, pipeline.certified_totals(t.type, p_types, p_ids, p_values))
        FROM unnest(ARRAY['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes']) AS t (type)
      ));
      SELECT c.* INTO newest FROM pipeline.certificate AS c WHERE c.hour = run.hour ORDER BY c.number DESC LIMIT 1;
      IF newest.content::jsonb - not_of_the_hour = facts THEN
        RETURN newest;
      END IF;
      RETURN pipeline.append_certificate(p_run_id, facts || jsonb_build_object(
        'replaces', CASE WHEN newest.number IS NOT NULL
          THEN jsonb_build_object('number', newest.number, 'hash', newest.hash) END,
        'run', jsonb_build_object('id', run.id, 'engine', run.engine, 'program', p_program,
          'schemaVersion', (SELECT v.version FROM pipeline.schema_version AS v),
          'computedAt', pipeline.iso_instant(run.finished_at))));
    END
    $$;

    -- The certificates after a number, in order.
    CREATE OR REPLACE FUNCTION pipeline.certificates_after(p_version integer, p_number bigint, p_most integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'number', c.number, 'hourMs', pipeline.epoch_ms(c.hour), 'content', c.content, 'hash', c.hash
        ) ORDER BY c.number), '[]')
        FROM (
          SELECT * FROM pipeline.certificate AS s WHERE s.number > p_number ORDER BY s.number LIMIT p_most
        ) AS c
      );
    END
    $$;

    -- The number and hash of the newest certificate, and the number of hours of final results without one.
    CREATE OR REPLACE FUNCTION pipeline.certificate_chain(p_version integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT jsonb_build_object('number', h.number, 'hash', h.hash, 'finalHoursWithout', (
          SELECT count(DISTINCT r.hour) FROM pipeline.batch_run AS r
          WHERE r.was_final AND NOT EXISTS (SELECT FROM pipeline.certificate AS c WHERE c.hour = r.hour)
        ))
        FROM pipeline.certificate_head AS h
      );
    END
    $$;

    -- Whether an erasure has changed the tables after a run: the next run makes another certificate.
    CREATE OR REPLACE FUNCTION pipeline.is_erased_since(p_hour timestamp, p_run_id bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT EXISTS (
        SELECT FROM pipeline.hour AS h JOIN pipeline.batch_run AS r ON r.id = p_run_id AND h.erased_revision > r.revision
        WHERE h.hour = p_hour
      );
    END;

    -- Whether the tables hold the result that a run has written, since no later run has changed a row of the hour.
    CREATE OR REPLACE FUNCTION pipeline.is_current_result(p_hour timestamp, p_run_id bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT NOT EXISTS (SELECT FROM pipeline.hour_correction_run AS r WHERE r.hour = p_hour AND r.run_id > p_run_id);
    END;

    -- The newest certificate of an hour, and whether the tables hold the result that it certifies. NULL without one.
    CREATE OR REPLACE FUNCTION pipeline.certificate_of_hour(p_version integer, p_hour_ms bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT jsonb_build_object('number', c.number, 'hourMs', p_hour_ms, 'content', c.content, 'hash', c.hash,
          'isCurrent', pipeline.is_current_result(c.hour, c.run_id),
          'isErasedSince', pipeline.is_erased_since(c.hour, c.run_id))
        FROM pipeline.certificate AS c
        WHERE c.hour = pipeline.utc(p_hour_ms)
        ORDER BY c.number DESC
        LIMIT 1
      );
    END
    $$;

    -- One row per certificate. is_current: the tables hold the result that it certifies, since no run has changed a row
    -- of the hour after it, and no erasure has. Other certificates are looked up one by one, since window functions would
    -- read the whole chain for one hour; its numbers have no gap.
    CREATE VIEW pipeline.certificate_report AS
    SELECT c.number, c.hour, r.revision, c.run_id, r.events, r.event_bytes, jsonb_array_length(r.input_files)::bigint AS files,
      r.users_over_quota, f.final_at, c.created_at, c.hash,
      (SELECT p.hash FROM pipeline.certificate AS p WHERE p.number = c.number - 1) AS previous_hash,
      (SELECT max(p.number) FROM pipeline.certificate AS p WHERE p.hour = c.hour AND p.number < c.number) AS replaces,
      n.is_replaced,
      NOT n.is_replaced AND NOT EXISTS (
        SELECT FROM pipeline.hour_correction_run AS u WHERE u.hour = c.hour AND u.run_id > c.run_id
      ) AND NOT EXISTS (
        SELECT FROM pipeline.hour AS h WHERE h.hour = c.hour AND h.erased_revision > r.revision
      ) AS is_current
    FROM pipeline.certificate AS c
    JOIN pipeline.batch_run AS r ON r.id = c.run_id
    CROSS JOIN LATERAL (
      SELECT EXISTS (
        SELECT FROM pipeline.certificate AS p WHERE p.hour = c.hour AND p.number > c.number
      ) AS is_replaced
    ) AS n
    CROSS JOIN LATERAL (
      SELECT min(b.started_at) AS final_at FROM pipeline.batch_run AS b WHERE b.hour = c.hour AND b.was_final
    ) AS f;
  `,
};
