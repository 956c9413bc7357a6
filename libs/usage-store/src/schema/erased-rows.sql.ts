import type { SchemaFamily } from './schema-family.ts';

/**
 * Takes a person out of the tables (docs/commit-protocol.md, "Erasure"). Bytes stay under the empty id, which no event
 * has, so that the sums of users, antennas and apps stay equal. Everything else about the person is deleted.
 */
export const erasedRows: SchemaFamily = {
  name: 'erased-rows',
  sql: `
    -- The first hour from p_from on that has totals.
    CREATE OR REPLACE FUNCTION pipeline.next_hour_with_totals(p_from timestamp) RETURNS timestamp
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT date_trunc('hour', least(
        (SELECT min(b."timestamp") FROM public.bytes AS b WHERE b."timestamp" >= p_from),
        (SELECT min(b."timestamp") FROM public.bytes_hourly AS b WHERE b."timestamp" >= p_from),
        (SELECT min(u.hour) FROM pipeline.user_hour_usage AS u WHERE u.hour >= p_from)));
    END;

    -- Whether an hour has totals of a user. Each window is looked up by the primary key, which begins with the window.
    CREATE OR REPLACE FUNCTION pipeline.has_totals(p_hour timestamp, p_user text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT EXISTS (
        SELECT FROM public.bytes_hourly AS b
        WHERE b."timestamp" = p_hour AND b.type = 'user_total_bytes' AND b.id = p_user
      ) OR EXISTS (
        SELECT FROM pipeline.user_hour_usage AS u WHERE u.hour = p_hour AND u.id = p_user
      ) OR EXISTS (
        SELECT FROM generate_series(p_hour, p_hour + interval '55 minutes', interval '5 minutes') AS w (start)
        CROSS JOIN LATERAL (
          SELECT FROM public.bytes AS b
          WHERE b."timestamp" = w.start AND b.type = 'user_total_bytes' AND b.id = p_user
          LIMIT 1
        ) AS b
      );
    END;

    -- The hours with totals of a user among p_most hours from p_from_ms on, and where the next call goes on.
    CREATE OR REPLACE FUNCTION pipeline.hours_of_user(p_version integer, p_user text, p_from_ms bigint, p_most integer)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      looked_at timestamp := pipeline.next_hour_with_totals(pipeline.utc(p_from_ms));
      hours jsonb := '[]';
    BEGIN
      PERFORM pipeline.require_version(p_version);
      FOR n IN 1..p_most LOOP
        EXIT WHEN looked_at IS NULL;
        IF pipeline.has_totals(looked_at, p_user) THEN
          hours := hours || to_jsonb(pipeline.epoch_ms(looked_at));
        END IF;
        looked_at := pipeline.next_hour_with_totals(looked_at + interval '1 hour');
      END LOOP;
      RETURN jsonb_build_object('hoursMs', hours, 'nextMs', pipeline.epoch_ms(looked_at));
    END
    $$;

    -- Moves the user's bytes in the sum of a day to the empty id. The rows are locked in the order of their ids.
    CREATE OR REPLACE FUNCTION pipeline.erase_from_day(
      p_day timestamp, p_user text, p_bytes numeric, p_hours integer, p_new_hours integer
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.day_sum AS d (day, type, id, value, hours)
      VALUES (p_day, 'user_total_bytes', '', p_bytes, p_new_hours)
      ON CONFLICT (day, type, id) DO UPDATE SET value = d.value + excluded.value, hours = d.hours + excluded.hours;
      UPDATE pipeline.day_sum AS d SET value = d.value - p_bytes, hours = d.hours - p_hours
      WHERE d.day = p_day AND d.type = 'user_total_bytes' AND d.id = p_user;
      DELETE FROM pipeline.day_sum AS d
      WHERE d.day = p_day AND d.type = 'user_total_bytes' AND d.id = p_user AND d.hours <= 0;
    END
    $$;

    -- Deletes the user's row of user_quota_limit in an hour in which the user has used p_usage. The table has e-mails and
    -- no ids: the row is the one with the user's e-mail, or, where the user had another e-mail at that time, one with
    -- that usage that no other user of the hour explains.
    CREATE OR REPLACE FUNCTION pipeline.erase_quota_limit(p_hour timestamp, p_user text, p_usage bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      DELETE FROM public.user_quota_limit AS l
      WHERE l.ctid = (
        SELECT q.ctid
        FROM public.user_quota_limit AS q
        LEFT JOIN public.user_metadata AS m ON m.id = p_user AND m.email IS NOT DISTINCT FROM q.email
        WHERE q."timestamp" = p_hour AND q.usage = p_usage AND (m.id IS NOT NULL OR NOT EXISTS (
          SELECT FROM public.bytes_hourly AS b
          JOIN public.user_metadata AS o ON o.id = b.id AND o.email IS NOT DISTINCT FROM q.email
          WHERE b."timestamp" = p_hour AND b.type = 'user_total_bytes' AND b.value = p_usage AND b.id <> p_user
        ))
        ORDER BY m.id NULLS LAST
        LIMIT 1
      );
    END
    $$;

    -- Moves the user's row of bytes_hourly to the empty id, and what depends on it. Locks in the order of commit_hour.
    CREATE OR REPLACE FUNCTION pipeline.erase_hourly(p_hour timestamp, p_user text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      is_summed boolean;
      is_first constant boolean := NOT EXISTS (
        SELECT FROM public.bytes_hourly AS b WHERE b."timestamp" = p_hour AND b.type = 'user_total_bytes' AND b.id = ''
      );
      used bigint;
    BEGIN
      SELECT c.is_in_day_sum INTO is_summed FROM pipeline.computed_hour AS c WHERE c.hour = p_hour FOR UPDATE;
      DELETE FROM public.bytes_hourly AS b
      WHERE b."timestamp" = p_hour AND b.type = 'user_total_bytes' AND b.id = p_user
      RETURNING b.value INTO used;
      IF used IS NULL THEN
        RETURN;
      END IF;
      IF is_summed THEN
        PERFORM pipeline.erase_from_day(date_trunc('day', p_hour), p_user, used, 1, is_first::integer);
      END IF;
      INSERT INTO public.bytes_hourly AS b ("timestamp", type, id, value) VALUES (p_hour, 'user_total_bytes', '', used)
      ON CONFLICT ("timestamp", type, id) DO UPDATE SET value = b.value + excluded.value;
      PERFORM pipeline.erase_quota_limit(p_hour, p_user, used);
    END
    $$;

    -- Moves the user's bytes in the windows of an hour to the empty id. The windows are locked in the order in which a
    -- commit of the totals locks them; no commit has rows of the empty id.
    CREATE OR REPLACE FUNCTION pipeline.erase_windows(p_hour timestamp, p_user text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      start timestamp;
      used bigint;
    BEGIN
      FOR n IN 0..11 LOOP
        start := p_hour + n * interval '5 minutes';
        DELETE FROM public.bytes AS b
        WHERE b."timestamp" = start AND b.type = 'user_total_bytes' AND b.id = p_user
        RETURNING b.value INTO used;
        IF FOUND THEN
          INSERT INTO public.bytes AS b ("timestamp", type, id, value) VALUES (start, 'user_total_bytes', '', used)
          ON CONFLICT ("timestamp", type, id) DO UPDATE SET value = b.value + excluded.value;
        END IF;
      END LOOP;
      DELETE FROM pipeline.user_hour_usage AS u WHERE u.hour = p_hour AND u.id = p_user;
    END
    $$;

    -- Takes a user out of the totals of an hour. The lock on the hour excludes runs: a run that has read the hour's files
    -- before they were rewritten is refused afterwards (pipeline.is_before_erasure). The locks on the tables come first,
    -- as in a commit: they exclude the dropping of partitions.
    CREATE OR REPLACE FUNCTION pipeline.erase_hour(p_version integer, p_user text, p_hour_ms bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      erased constant timestamp := pipeline.utc(p_hour_ms);
    BEGIN
      PERFORM pipeline.require_version(p_version);
      LOCK TABLE ONLY public.bytes, ONLY public.bytes_hourly, ONLY pipeline.user_hour_usage IN ROW EXCLUSIVE MODE;
      PERFORM 1 FROM pipeline.hour AS h WHERE h.hour = erased FOR UPDATE;
      PERFORM pipeline.erase_hourly(erased, p_user);
      PERFORM pipeline.erase_windows(erased, p_user);
    END
    $$;
  `,
};
