import type { SchemaFamily } from './schema-family.ts';

/** Deletes what is recorded about a person beside the totals (docs/commit-protocol.md, "Erasure"). */
export const erasedRecords: SchemaFamily = {
  name: 'erased-records',
  sql: `
    -- Whether the bytes name a user: the id stands in them, as text or as in JSON, and is not part of a longer word.
    CREATE OR REPLACE FUNCTION pipeline.names_user(p_bytes bytea, p_user text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      written bytea;
      -- The bytes before this place, counted from 0, were searched.
      searched integer;
      -- Where the id begins after that place, counted from 1.
      distance integer;
    BEGIN
      FOREACH written IN ARRAY ARRAY[
        convert_to(p_user, 'UTF8'), convert_to(substring(to_json(p_user)::text FROM '^"(.*)"$'), 'UTF8')
      ] LOOP
        searched := 0;
        LOOP
          distance := position(written IN substring(p_bytes FROM searched + 1));
          EXIT WHEN coalesce(distance, 0) = 0;
          searched := searched + distance;
          IF NOT pipeline.is_word(p_bytes, searched - 2)
            AND NOT pipeline.is_word(p_bytes, searched - 1 + length(written)) THEN
            RETURN true;
          END IF;
        END LOOP;
      END LOOP;
      RETURN false;
    END
    $$;

    -- Whether the byte at a place (from 0) is part of a word: a letter, a digit, a hyphen, an underscore, or part of a
    -- character beyond ASCII.
    CREATE OR REPLACE FUNCTION pipeline.is_word(p_bytes bytea, p_place integer) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      code integer;
    BEGIN
      IF p_place < 0 OR p_place >= length(p_bytes) THEN
        RETURN false;
      END IF;
      code := get_byte(p_bytes, p_place);
      RETURN code >= 128 OR chr(greatest(code, 1)) ~ '[A-Za-z0-9_-]';
    END
    $$;

    -- Dead letters that name the user are counted in ranges from now on, as in a flood: reason and offset stay, and key
    -- and payload are deleted. Returns their number.
    CREATE OR REPLACE FUNCTION pipeline.erase_dead_letters(p_user text) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      present bigint;
      earlier bigint;
    BEGIN
      WITH gone AS (
        DELETE FROM pipeline.dead_letter AS d
        WHERE pipeline.names_user(d.key, p_user) OR pipeline.names_user(d.payload, p_user)
        RETURNING d.*
      )
      INSERT INTO pipeline.dead_letter_range
        (topic, partition, reason, first_offset, last_offset, records, first_seen_at, last_seen_at)
      SELECT g.topic, g.partition, g.reason, g."offset", g."offset", 1, g.seen_at, g.seen_at FROM gone AS g;
      GET DIAGNOSTICS present = ROW_COUNT;
      WITH gone AS (
        DELETE FROM pipeline.gone_dead_letter AS d
        WHERE pipeline.names_user(d.key, p_user) OR pipeline.names_user(d.payload, p_user)
        RETURNING d.*
      )
      INSERT INTO pipeline.gone_dead_letter_range
        (topic, partition, generation, reason, first_offset, last_offset, records, first_seen_at, last_seen_at)
      SELECT g.topic, g.partition, g.generation, g.reason, g."offset", g."offset", 1, g.seen_at, g.seen_at FROM gone AS g;
      GET DIAGNOSTICS earlier = ROW_COUNT;
      RETURN present + earlier;
    END
    $$;

    -- The corrections of the user get the empty id, also those of user_quota_limit, whose id is an e-mail: they are the
    -- rows with the user's e-mail, and those that a change of the user's bytes in the same run explains where no other
    -- user has the e-mail. The trigger of the table lets only this change pass. Returns the number of rows.
    CREATE OR REPLACE FUNCTION pipeline.erase_corrections(p_user text, p_email text) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      changed bigint;
    BEGIN
      PERFORM set_config('pipeline.erasure', 'on', true);
      WITH own AS (
        SELECT c.run_id, c.type, c.id, c.number,
          row_number() OVER (PARTITION BY c.run_id, c.type ORDER BY c.id, c.number) + coalesce((
            SELECT max(e.number) FROM pipeline.hour_correction AS e
            WHERE e.run_id = c.run_id AND e.type = c.type AND e.id = ''
          ), 0) AS new_number
        FROM pipeline.hour_correction AS c
        WHERE (c.type = 'user_total_bytes' AND c.id = p_user)
          OR (c.type = 'user_quota_limit' AND c.id <> ''
            AND NOT EXISTS (SELECT FROM public.user_metadata AS m WHERE m.id <> p_user AND m.email = c.id)
            AND (c.id = p_email OR EXISTS (
              SELECT FROM pipeline.hour_correction AS u
              WHERE u.run_id = c.run_id AND u.type = 'user_total_bytes' AND u.id = p_user
                AND (c.old_value IS NULL OR c.old_value = u.old_value)
                AND (c.new_value IS NULL OR c.new_value = u.new_value)
            )))
      )
      UPDATE pipeline.hour_correction AS c SET id = '', number = o.new_number
      FROM own AS o
      WHERE c.run_id = o.run_id AND c.type = o.type AND c.id = o.id AND c.number = o.number;
      GET DIAGNOSTICS changed = ROW_COUNT;
      PERFORM set_config('pipeline.erasure', '', true);
      RETURN changed;
    END
    $$;

    -- Deletes what is left of a user once no file and no hour has the user any more. What costs most time comes before
    -- the rows that commits of the totals lock.
    CREATE OR REPLACE FUNCTION pipeline.erase_records(p_version integer, p_user text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      mail constant text := (SELECT m.email FROM public.user_metadata AS m WHERE m.id = p_user);
      is_own constant boolean := NOT EXISTS (
        SELECT FROM public.user_metadata AS m WHERE m.email = mail AND m.id <> p_user
      );
      letters bigint;
      corrections bigint;
      -- The hours of the user's quota events, and the number of all of them.
      reported timestamp[];
      counted bigint;
      events bigint;
      missed bigint := 0;
      was_known boolean;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      letters := pipeline.erase_dead_letters(p_user);
      corrections := pipeline.erase_corrections(p_user, mail);
      -- Days whose hours are not kept any more.
      PERFORM pipeline.erase_from_day(d.day, p_user, d.value, d.hours, d.hours)
      FROM (
        SELECT s.day, s.value, s.hours FROM pipeline.day_sum AS s
        WHERE s.type = 'user_total_bytes' AND s.id = p_user
        ORDER BY s.day
      ) AS d;
      DELETE FROM public.user_quota_limit AS l WHERE l.email = mail AND is_own;
      -- Left by workers that are gone. A commit that is still under way is refused, and staged again.
      DELETE FROM pipeline.staged_totals AS s WHERE p_user = ANY (s.ids) OR p_user = ANY (s.users);
      -- No index begins with the user: the events are found before the lock, and deleted by the primary key under it.
      reported := array(SELECT DISTINCT e.hour FROM pipeline.quota_event AS e WHERE e.id = p_user);
      -- Locks the user, also one without events: otherwise a commit could record the first event between the two deletions,
      -- and the count of deleted events would stay.
      INSERT INTO pipeline.quota_user AS u (id, events) VALUES (p_user, 0) ON CONFLICT (id) DO UPDATE SET events = u.events
      RETURNING u.events INTO counted;
      DELETE FROM pipeline.quota_user AS u WHERE u.id = p_user;
      -- The publisher locks events that it notes as sent in the order of their numbers.
      PERFORM 1 FROM pipeline.quota_event AS e WHERE e.id = p_user AND e.sent_at IS NULL ORDER BY e.number FOR UPDATE;
      DELETE FROM pipeline.quota_event AS e WHERE e.hour = ANY (reported) AND e.id = p_user;
      GET DIAGNOSTICS events = ROW_COUNT;
      IF events <> counted THEN
        -- A commit has recorded an event of another hour before the lock.
        DELETE FROM pipeline.quota_event AS e WHERE e.id = p_user;
        GET DIAGNOSTICS missed = ROW_COUNT;
      END IF;
      DELETE FROM public.user_metadata AS m WHERE m.id = p_user;
      was_known := FOUND;
      RETURN jsonb_build_object('deadLetters', letters, 'corrections', corrections, 'quotaEvents', events + missed,
        'hadMetadata', was_known);
    END
    $$;
  `,
};
