import type { SchemaFamily } from './schema-family.ts';

/**
 * The files that an erasure rewrites (docs/commit-protocol.md, "Erasure"). At every moment a file of the archive has the
 * checksum of the manifest, or that of one of its proposed replacements.
 */
export const erasedFiles: SchemaFamily = {
  name: 'erased-files',
  sql: `
    -- Begins an erasure. Returns its number.
    CREATE OR REPLACE FUNCTION pipeline.begin_erasure(p_version integer, p_archive_url text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      begun bigint;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.require_archive(p_archive_url);
      INSERT INTO pipeline.erasure DEFAULT VALUES RETURNING number INTO begun;
      RETURN begun;
    END
    $$;

    CREATE OR REPLACE FUNCTION pipeline.end_erasure(p_version integer, p_erasure bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      UPDATE pipeline.erasure AS e SET ended_at = clock_timestamp() WHERE e.number = p_erasure;
    END
    $$;

    -- For each partition of the topic in use: read_offset, up to which some sink has read or an open intent reaches, and
    -- passed_offset, which every sink of the topic has passed.
    CREATE OR REPLACE FUNCTION pipeline.read_positions(p_version integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        WITH used AS (
          SELECT p.* FROM pipeline.position AS p JOIN pipeline.stream AS s USING (topic) WHERE s.retired_at IS NULL
        ), every AS (
          SELECT n.topic, n.partition, k.sink, coalesce(u.next_offset, 0) AS next_offset
          FROM (SELECT DISTINCT topic, partition FROM used) AS n
          JOIN (SELECT DISTINCT topic, sink FROM used) AS k USING (topic)
          LEFT JOIN used AS u ON u.topic = n.topic AND u.partition = n.partition AND u.sink = k.sink
        )
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'topic', r.topic, 'partition', r.partition, 'passedOffset', r.passed_offset, 'readOffset', r.read_offset
        ) ORDER BY r.topic, r.partition), '[]')
        FROM (
          SELECT e.topic, e.partition, min(e.next_offset) AS passed_offset,
            greatest(max(e.next_offset), (
              SELECT i.end_offset FROM pipeline.archive_intent AS i
              WHERE i.topic = e.topic AND i.partition = e.partition
            )) AS read_offset
          FROM every AS e
          GROUP BY e.topic, e.partition
        ) AS r
      );
    END
    $$;

    -- The first hour from p_from_ms on that has files, with all of them. NULL if no later hour has files.
    CREATE OR REPLACE FUNCTION pipeline.next_archived_hour(p_version integer, p_from_ms bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      next_hour constant timestamp := (
        SELECT min(f.hour) FROM pipeline.archive_file AS f WHERE f.hour >= pipeline.utc(p_from_ms)
      );
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT jsonb_build_object('hourMs', pipeline.epoch_ms(next_hour), 'files', jsonb_agg(jsonb_build_object(
          'path', f.path, 'sizeBytes', f.size_bytes, 'checksum', f.checksum, 'rows', f.row_count,
          'eventBytes', f.event_bytes::text, 'replacements', array(
            SELECT r.checksum FROM pipeline.archive_replacement AS r WHERE r.path = f.path ORDER BY r.checksum
          )
        ) ORDER BY f.path))
        FROM pipeline.archive_file AS f
        WHERE f.hour = next_hour
        HAVING count(*) > 0
      );
    END
    $$;

    -- Locks the hour of a file and then its row in the manifest, and returns the row, which cannot change any more.
    CREATE OR REPLACE FUNCTION pipeline.lock_archive_file(p_path text) RETURNS pipeline.archive_file
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      locked pipeline.archive_file;
    BEGIN
      PERFORM 1 FROM pipeline.hour AS h
      WHERE h.hour = (SELECT f.hour FROM pipeline.archive_file AS f WHERE f.path = p_path)
      FOR UPDATE;
      SELECT f.* INTO locked FROM pipeline.archive_file AS f WHERE f.path = p_path FOR UPDATE;
      RETURN locked;
    END
    $$;

    -- Called before a file is replaced. From then on no other erasure can settle a replacement of the file, and no result
    -- of its hour is accepted until one is settled. Returns false if the manifest or the file is not what the caller has
    -- read: it must read them again. With p_is_restored the manifest was restored to an earlier time, and need not
    -- know the checksum that the file has.
    CREATE OR REPLACE FUNCTION pipeline.propose_replacement(
      p_version integer, p_erasure bigint, p_path text, p_listed_checksum text, p_found_checksum text, p_checksum text,
      p_size_bytes bigint, p_erased_events bigint, p_is_restored boolean
    ) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      listed pipeline.archive_file;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      listed := pipeline.lock_archive_file(p_path);
      IF listed.checksum IS DISTINCT FROM p_listed_checksum OR (p_found_checksum <> p_listed_checksum AND NOT p_is_restored AND NOT EXISTS (
        SELECT FROM pipeline.archive_replacement AS r WHERE r.path = p_path AND r.checksum = p_found_checksum
      )) THEN
        RETURN false;
      END IF;
      UPDATE pipeline.archive_replacement AS r SET erasure = p_erasure WHERE r.path = p_path;
      INSERT INTO pipeline.archive_replacement (path, checksum, size_bytes, erased_events, proposed_by, erasure)
      VALUES (p_path, p_checksum, p_size_bytes, p_erased_events, p_erasure, p_erasure)
      ON CONFLICT (path, checksum) DO NOTHING;
      RETURN true;
    END
    $$;

    -- Takes a proposal back that the store has refused, so that it never takes effect. A proposal that another erasure has
    -- made before stays: its process may still replace the file.
    CREATE OR REPLACE FUNCTION pipeline.withdraw_replacement(
      p_version integer, p_erasure bigint, p_path text, p_checksum text
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.lock_archive_file(p_path);
      DELETE FROM pipeline.archive_replacement AS r
      WHERE r.path = p_path AND r.checksum = p_checksum AND r.proposed_by = p_erasure AND r.erasure = p_erasure;
    END
    $$;

    -- Called after a file was replaced: the manifest lists the new file, and the hour has a new revision, so that it is
    -- computed again. The hour's changed_at stays, since no event was added: the time decides which hours may lack
    -- records of an acknowledged gap. Returns false if another erasure has proposed a replacement since, or the call is
    -- a repeated one.
    CREATE OR REPLACE FUNCTION pipeline.settle_replacement(
      p_version integer, p_erasure bigint, p_path text, p_checksum text
    ) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      former pipeline.archive_file;
      settled pipeline.archive_replacement;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      former := pipeline.lock_archive_file(p_path);
      SELECT r.* INTO settled FROM pipeline.archive_replacement AS r
      WHERE r.path = p_path AND r.checksum = p_checksum AND r.erasure = p_erasure;
      IF NOT FOUND THEN
        RETURN false;
      END IF;
      UPDATE pipeline.archive_file AS f
      SET checksum = settled.checksum, size_bytes = settled.size_bytes, erased_events = settled.erased_events
      WHERE f.path = p_path;
      DELETE FROM pipeline.archive_replacement AS r WHERE r.path = p_path;
      UPDATE pipeline.hour AS h SET revision = h.revision + 1, erased_revision = h.revision + 1 WHERE h.hour = former.hour;
      UPDATE pipeline.erasure AS e
      SET files = e.files + 1, events = e.events + settled.erased_events - former.erased_events
      WHERE e.number = p_erasure;
      RETURN true;
    END
    $$;

    -- Whether a result of this revision of an hour may hold an erased person: a file of the hour is being replaced, or
    -- was replaced after the revision was read. The caller has locked the hour.
    CREATE OR REPLACE FUNCTION pipeline.is_before_erasure(p_hour timestamp, p_revision bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN EXISTS (SELECT FROM pipeline.hour AS h WHERE h.hour = p_hour AND h.erased_revision > p_revision)
        OR EXISTS (
          SELECT FROM pipeline.archive_replacement AS r JOIN pipeline.archive_file AS f USING (path) WHERE f.hour = p_hour
        );
    END
    $$;
  `,
};
