import type { SchemaFamily } from './schema-family.ts';

/**
 * Quota events: found in the transaction that makes them true (docs/commit-protocol.md, "Quota events"). The rule is
 * that of libs/quota; a test compares the two.
 */
export const quotaEvents: SchemaFamily = {
  name: 'quota-events',
  sql: `
    -- Counts events that the transaction is about to record, and so locks their users until its end, in order: the next
    -- statement sees all events of these users. p_ids has the user of each event. Returns the users' counts without these
    -- events. One write of a user's row both locks and counts, since the number of events is nearly always known before
    -- the lock. Where it was not, correct_quota_counts follows.
    CREATE OR REPLACE FUNCTION pipeline.count_quota_events(p_ids text[]) RETURNS TABLE (id text, events bigint)
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY
      WITH added AS MATERIALIZED (
        SELECT d.id COLLATE "C" AS id, count(*) AS events FROM unnest(p_ids) AS d (id) GROUP BY 1
      ), counted AS (
        INSERT INTO pipeline.quota_user AS u (id, events) SELECT a.id, a.events FROM added AS a ORDER BY a.id
        ON CONFLICT (id) DO UPDATE SET events = u.events + excluded.events
        RETURNING u.id, u.events
      )
      SELECT c.id, c.events - a.events FROM counted AS c JOIN added AS a ON a.id = c.id;
    END
    $$;

    -- Corrects the counts of users of whom the transaction has recorded more or fewer events than it had counted, because
    -- another transaction recorded some of them between the reading of the missing events and the lock, or erased the user.
    -- Both arrays have the user of each event. No row of an erased user without new events stays.
    CREATE OR REPLACE FUNCTION pipeline.correct_quota_counts(p_counted text[], p_recorded text[]) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    BEGIN ATOMIC
      UPDATE pipeline.quota_user AS u SET events = u.events + d.events
      FROM (
        SELECT e.id, sum(e.events) AS events
        FROM (SELECT unnest(p_recorded) AS id, 1 AS events UNION ALL SELECT unnest(p_counted), -1) AS e
        GROUP BY e.id
        HAVING sum(e.events) <> 0
      ) AS d
      WHERE u.id = d.id;
      DELETE FROM pipeline.quota_user AS u WHERE u.id = ANY (p_counted) AND u.events = 0;
    END;

    -- The events of the stream that are missing for these users' hours, each at its usage and quota. The events of an hour
    -- of a user are looked up in the primary key, by an aggregate that the planner cannot turn into a join: for many
    -- users, a join would read the events of all years. The function has no SET clause, so that Postgres can inline it.
    CREATE OR REPLACE FUNCTION pipeline.reached_quotas(
      p_hours timestamp[], p_ids text[], p_usages bigint[], p_quotas bigint[], p_event_times timestamp[]
    ) RETURNS TABLE (hour timestamp, id text, step integer, state text, usage bigint, quota bigint, event_time timestamp)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT d.hour, d.id, s.step, s.state, d.usage, d.quota, d.event_time
      FROM unnest(p_hours, p_ids, p_usages, p_quotas, p_event_times) AS d (hour, id, usage, quota, event_time)
      CROSS JOIN LATERAL (
        SELECT count(*) AS reports,
          count(*) FILTER (WHERE e.state IN ('exceeded', 'confirmed', 'exceeded_late')) AS reports_over
        FROM pipeline.quota_event AS e
        WHERE e.hour = d.hour AND e.id = d.id AND e.quota = d.quota
      ) AS known
      CROSS JOIN LATERAL (
        VALUES (1, 'warned', known.reports = 0), (2, 'exceeded', known.reports_over = 0 AND d.usage > d.quota)
      ) AS s (step, state, is_missing)
      WHERE s.is_missing;
    END;

    -- Records the events of the stream that are missing. Each of these users has reached 80 % of the quota. The tables are
    -- read by index also while they are small, since the planner would scan a small table again for each user. The planner
    -- takes two joined arrays for millions of rows, for which it would compile the statement.
    --
    -- The missing events are found before their users are locked, with the users' counts in the same snapshot. Whoever
    -- records or erases events of a user locks and changes the user's count. So if the lock finds the same counts, the
    -- events are still the missing ones; otherwise they are found again.
    CREATE OR REPLACE FUNCTION pipeline.record_quotas(
      p_hours timestamp[], p_ids text[], p_usages bigint[], p_quotas bigint[], p_event_times timestamp[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
    DECLARE
      -- Each missing event, and its number among all events of its user.
      hours timestamp[];
      ids text[];
      sequences bigint[];
      states text[];
      usages bigint[];
      quotas bigint[];
      event_times timestamp[];
      -- Each user of these events, the number of events to add, and of all events then.
      users text[];
      added bigint[];
      expected bigint[];
      counts bigint[];
    BEGIN
      SELECT array_agg(m.hour), array_agg(m.id), array_agg(m.known + m.n), array_agg(m.state), array_agg(m.usage),
        array_agg(m.quota), array_agg(m.event_time), array_agg(m.id) FILTER (WHERE m.is_last),
        array_agg(m.n) FILTER (WHERE m.is_last), array_agg(m.known + m.n) FILTER (WHERE m.is_last)
      INTO hours, ids, sequences, states, usages, quotas, event_times, users, added, expected
      FROM (
        SELECT r.*, coalesce((SELECT q.events FROM pipeline.quota_user AS q WHERE q.id = r.id), 0) AS known,
          row_number() OVER own AS n, lead(r.id) OVER own IS NULL AS is_last
        FROM pipeline.reached_quotas(p_hours, p_ids, p_usages, p_quotas, p_event_times) AS r
        WINDOW own AS (PARTITION BY r.id COLLATE "C" ORDER BY r.hour, r.step)
        ORDER BY r.id COLLATE "C", r.hour, r.step
      ) AS m;
      IF ids IS NULL THEN
        RETURN;
      END IF;
      WITH counted AS (
        INSERT INTO pipeline.quota_user AS u (id, events) SELECT unnest(users), unnest(added)
        ON CONFLICT (id) DO UPDATE SET events = u.events + excluded.events
        RETURNING u.events
      )
      SELECT array_agg(c.events) INTO counts FROM counted AS c;
      IF counts = expected THEN
        INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, event_time)
        SELECT unnest(ids), unnest(sequences), unnest(hours), unnest(states), unnest(usages), unnest(quotas),
          unnest(event_times);
      ELSE
        PERFORM pipeline.record_quotas_again(p_hours, p_ids, p_usages, p_quotas, p_event_times, ids, users,
          array(SELECT c.counted - c.added FROM unnest(counts, added) WITH ORDINALITY AS c (counted, added, n) ORDER BY c.n));
      END IF;
    END
    $$;

    -- Finds and records the missing events of users who are locked and counted. p_counted has the user of each event that
    -- was counted, p_users each user once, and p_counts the number of the user's events before.
    CREATE OR REPLACE FUNCTION pipeline.record_quotas_again(
      p_hours timestamp[], p_ids text[], p_usages bigint[], p_quotas bigint[], p_event_times timestamp[],
      p_counted text[], p_users text[], p_counts bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
    DECLARE
      recorded text[];
    BEGIN
      WITH added AS (
        INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, event_time)
        SELECT r.id, c.events + row_number() OVER (PARTITION BY r.id ORDER BY r.hour, r.step), r.hour, r.state, r.usage,
          r.quota, r.event_time
        FROM pipeline.reached_quotas(p_hours, p_ids, p_usages, p_quotas, p_event_times) AS r
        JOIN unnest(p_users, p_counts) AS c (id, events) ON c.id = r.id
        ORDER BY 1, 2
        RETURNING id
      )
      SELECT array_agg(a.id) INTO recorded FROM added AS a;
      PERFORM pipeline.correct_quota_counts(p_counted, recorded);
    END
    $$;

    -- The event that the result of a final hour adds for each of these users, if any. The quota of a user without a
    -- limit is NULL. Whether it is recorded already is an aggregate that the planner cannot turn into a join: statistics
    -- from before the hour promise no event in it, so that a join would compare each user with all events of the hour.
    CREATE OR REPLACE FUNCTION pipeline.quota_verdicts(p_hour timestamp, p_ids text[], p_usages bigint[], p_quotas bigint[])
    RETURNS TABLE (id text, state text, usage bigint, quota bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    BEGIN ATOMIC
      SELECT d.id, v.state, d.usage, v.quota
      FROM unnest(p_ids, p_usages, p_quotas) AS d (id, usage, quota)
      LEFT JOIN LATERAL (
        SELECT e.state, e.quota
        FROM pipeline.quota_event AS e
        WHERE e.hour = p_hour AND e.id = d.id AND e.state <> 'warned'
        ORDER BY e.number DESC
        LIMIT 1
      ) AS standing ON true
      LEFT JOIN LATERAL (
        SELECT e.state, e.quota
        FROM pipeline.quota_event AS e
        WHERE e.hour = p_hour AND e.id = d.id
        ORDER BY e.number DESC
        LIMIT 1
      ) AS latest ON true
      CROSS JOIN LATERAL (
        SELECT coalesce(d.quota, CASE WHEN standing.state <> 'withdrawn' THEN standing.quota ELSE latest.quota END) AS quota,
        CASE
          WHEN d.usage > d.quota AND coalesce(standing.state, 'withdrawn') = 'withdrawn' THEN 'exceeded_late'
          WHEN d.usage > d.quota AND (standing.state = 'exceeded' OR standing.quota <> d.quota) THEN 'confirmed'
          WHEN d.usage > d.quota THEN NULL
          WHEN standing.state <> 'withdrawn' THEN 'withdrawn'
          WHEN latest.state = 'warned' AND coalesce(d.usage < d.quota - d.quota / 5, true) THEN 'withdrawn'
        END AS state
      ) AS v
      CROSS JOIN LATERAL (
        SELECT count(*) AS events
        FROM pipeline.quota_event AS e
        WHERE e.hour = p_hour AND e.id = d.id AND e.quota = v.quota AND e.state = v.state
      ) AS known
      WHERE v.state IS NOT NULL AND known.events = 0;
    END;

    -- The users of whom anything was reported in an hour, also those whose report was withdrawn since.
    CREATE OR REPLACE FUNCTION pipeline.reported_users(p_hour timestamp) RETURNS text[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT array_agg(DISTINCT e.id) FROM pipeline.quota_event AS e WHERE e.hour = p_hour;
    END;

    -- Records the verdicts of the batch layer on a final hour.
    --
    -- p_ids are the users over quota and those of p_reported who have events in the hour. Their usages and quotas were
    -- read in one snapshot, that of user_quota_limit, so that the verdicts cannot contradict that table. What the
    -- stream adds after that snapshot comes after this result.
    CREATE OR REPLACE FUNCTION pipeline.judge_quota_hour(
      p_hour timestamp, p_revision bigint, p_reported text[], p_ids text[], p_usages bigint[], p_quotas bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
    DECLARE
      without_events constant text[] := array(SELECT unnest(p_reported) EXCEPT SELECT unnest(p_ids));
      ids constant text[] := p_ids || without_events;
      usages constant bigint[] := p_usages || array_fill(0::bigint, ARRAY[cardinality(without_events)]);
      quotas constant bigint[] := p_quotas || array_fill(NULL::bigint, ARRAY[cardinality(without_events)]);
      judged constant text[] := array(
        SELECT v.id FROM pipeline.quota_verdicts(p_hour, ids, usages, quotas) AS v ORDER BY v.id COLLATE "C"
      );
      recorded text[];
      users text[];
      counts bigint[];
    BEGIN
      IF cardinality(judged) = 0 THEN
        RETURN;
      END IF;
      SELECT array_agg(c.id), array_agg(c.events) INTO users, counts FROM pipeline.count_quota_events(judged) AS c;
      WITH added AS (
        INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, revision)
        SELECT v.id, c.events + 1, p_hour, v.state, v.usage, v.quota, p_revision
        FROM pipeline.quota_verdicts(p_hour, ids, usages, quotas) AS v
        JOIN unnest(users, counts) AS c (id, events) ON c.id = v.id
        ORDER BY v.id
        RETURNING id
      )
      SELECT array_agg(a.id ORDER BY a.id) INTO recorded FROM added AS a;
      IF recorded IS DISTINCT FROM judged THEN
        PERFORM pipeline.correct_quota_counts(judged, recorded);
      END IF;
    END
    $$;
  `,
};
