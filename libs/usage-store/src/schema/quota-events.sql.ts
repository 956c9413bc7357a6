import type { SchemaFamily } from './schema-family.ts';

/**
 * Quota events: found in the transaction that makes them true (docs/commit-protocol.md, "Quota events"). The rule is
 * that of libs/quota; a test compares the two.
 */
export const quotaEvents: SchemaFamily = {
  name: 'quota-events',
  sql: `
    -- Locks the users until the end of the transaction, in order. The next statement sees all their events.
    CREATE OR REPLACE FUNCTION pipeline.lock_quota_users(p_ids text[]) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      INSERT INTO pipeline.quota_user AS u (id, events)
      SELECT DISTINCT d.id COLLATE "C", 0 FROM unnest(p_ids) AS d (id) ORDER BY 1
      ON CONFLICT (id) DO UPDATE SET events = u.events;
    END;

    -- The events of the stream that are missing for these users' hours, each at its usage and quota. The plan is made
    -- without the number of users: while the table is small, it would scan the table again for each of them.
    CREATE OR REPLACE FUNCTION pipeline.reached_quotas(
      p_hours timestamp[], p_ids text[], p_usages bigint[], p_quotas bigint[], p_event_times timestamp[]
    ) RETURNS TABLE (hour timestamp, id text, step integer, state text, usage bigint, quota bigint, event_time timestamp)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    BEGIN ATOMIC
      SELECT d.hour, d.id, s.step, s.state, d.usage, d.quota, d.event_time
      FROM unnest(p_hours, p_ids, p_usages, p_quotas, p_event_times) AS d (hour, id, usage, quota, event_time)
      CROSS JOIN (VALUES (1, 'warned'), (2, 'exceeded')) AS s (step, state)
      WHERE (s.state = 'warned' OR d.usage > d.quota)
        AND NOT EXISTS (
          SELECT FROM pipeline.quota_event AS e
          WHERE e.hour = d.hour AND e.id = d.id AND e.quota = d.quota
            AND (s.state = 'warned' OR e.state IN ('exceeded', 'confirmed', 'exceeded_late'))
        );
    END;

    -- Records the events of the stream. Each of these users has reached 80 % of the quota.
    CREATE OR REPLACE FUNCTION pipeline.record_quotas(
      p_hours timestamp[], p_ids text[], p_usages bigint[], p_quotas bigint[], p_event_times timestamp[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
    BEGIN
      PERFORM pipeline.lock_quota_users(p_ids);
      WITH added AS (
        INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, event_time)
        SELECT r.id, u.events + row_number() OVER (PARTITION BY r.id ORDER BY r.hour, r.step), r.hour, r.state, r.usage,
          r.quota, r.event_time
        FROM pipeline.reached_quotas(p_hours, p_ids, p_usages, p_quotas, p_event_times) AS r
        JOIN pipeline.quota_user AS u ON u.id = r.id
        ORDER BY 1, 2
        RETURNING id, sequence
      )
      UPDATE pipeline.quota_user AS u SET events = a.last
      FROM (SELECT added.id, max(added.sequence) AS last FROM added GROUP BY added.id) AS a
      WHERE u.id = a.id;
    END
    $$;

    -- The event that the result of a final hour adds for each of these users, if any. The quota of a user without a
    -- limit is NULL.
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
      WHERE v.state IS NOT NULL
        AND NOT EXISTS (
          SELECT FROM pipeline.quota_event AS e
          WHERE e.hour = p_hour AND e.id = d.id AND e.quota = v.quota AND e.state = v.state
        );
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
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
    DECLARE
      without_events constant text[] := array(SELECT unnest(p_reported) EXCEPT SELECT unnest(p_ids));
      ids constant text[] := p_ids || without_events;
      usages constant bigint[] := p_usages || array_fill(0::bigint, ARRAY[cardinality(without_events)]);
      quotas constant bigint[] := p_quotas || array_fill(NULL::bigint, ARRAY[cardinality(without_events)]);
      judged text[];
    BEGIN
      SELECT array_agg(v.id) INTO judged FROM pipeline.quota_verdicts(p_hour, ids, usages, quotas) AS v;
      IF judged IS NULL THEN
        RETURN;
      END IF;
      PERFORM pipeline.lock_quota_users(judged);
      WITH added AS (
        INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, revision)
        SELECT v.id, u.events + 1, p_hour, v.state, v.usage, v.quota, p_revision
        FROM pipeline.quota_verdicts(p_hour, ids, usages, quotas) AS v
        JOIN pipeline.quota_user AS u ON u.id = v.id
        WHERE v.id = ANY (judged)
        ORDER BY v.id
        RETURNING id
      )
      UPDATE pipeline.quota_user AS u SET events = u.events + 1 FROM added AS a WHERE u.id = a.id;
    END
    $$;
  `,
};
