import type { SchemaFamily } from './schema-family.ts';

/** The queue of the quota events that are to be sent (docs/commit-protocol.md, "Quota events"). */
export const quotaPublisher: SchemaFamily = {
  name: 'quota-publisher',
  sql: `
    -- Makes the caller the publisher, unless the lease of another one lasts, and returns the oldest events that are not
    -- noted as sent; NULL for a caller that is not the publisher. The lease is renewed when half of it is over. A lease
    -- that ends in the far future was given before the clock was set back.
    CREATE OR REPLACE FUNCTION pipeline.take_quota_events(
      p_version integer, p_owner text, p_lease_ms bigint, p_most integer
    ) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      taken_at constant timestamptz := clock_timestamp();
      lease constant interval := p_lease_ms * interval '1 millisecond';
      held pipeline.quota_publisher;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      SELECT p.* INTO held FROM pipeline.quota_publisher AS p;
      IF held.owner <> p_owner AND held.leased_until BETWEEN taken_at AND taken_at + 2 * lease THEN
        RETURN NULL;
      END IF;
      IF held.owner = p_owner AND held.leased_until BETWEEN taken_at + lease / 2 AND taken_at + 2 * lease THEN
        NULL;
      ELSE
        INSERT INTO pipeline.quota_publisher AS p (owner, leased_until) VALUES (p_owner, taken_at + lease)
        ON CONFLICT (singleton) DO UPDATE SET owner = excluded.owner, leased_until = excluded.leased_until
        WHERE p.owner = p_owner OR NOT p.leased_until BETWEEN taken_at AND taken_at + 2 * lease;
        IF NOT FOUND THEN
          RETURN NULL;
        END IF;
      END IF;
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'number', e.number, 'userId', e.id, 'sequence', e.sequence, 'hourMs', pipeline.epoch_ms(e.hour),
          'state', e.state, 'usage', e.usage::text, 'quota', e.quota::text,
          'eventTimeMs', pipeline.epoch_ms(e.event_time), 'revision', e.revision,
          'seenAtMs', pipeline.epoch_ms(e.seen_at AT TIME ZONE 'UTC')
        ) ORDER BY e.number), '[]')
        FROM (
          SELECT q.* FROM pipeline.quota_event AS q WHERE q.sent_at IS NULL ORDER BY q.number LIMIT p_most
        ) AS e
      );
    END
    $$;

    -- Notes that events were sent. The rows are locked in the order of their numbers, as an erasure locks them.
    CREATE OR REPLACE FUNCTION pipeline.note_quota_events_sent(p_version integer, p_numbers bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_custom_plan' AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      UPDATE pipeline.quota_event AS e SET sent_at = clock_timestamp()
      WHERE e.ctid = ANY (ARRAY(
        SELECT n.ctid FROM pipeline.quota_event AS n
        WHERE n.sent_at IS NULL AND n.number = ANY (p_numbers)
        ORDER BY n.number FOR UPDATE
      ));
    END
    $$;

    -- Ends the caller's lease, so that another worker takes over at once.
    CREATE OR REPLACE FUNCTION pipeline.leave_quota_publisher(p_version integer, p_owner text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      DELETE FROM pipeline.quota_publisher AS p WHERE p.owner = p_owner;
    END
    $$;

    -- The number of events that are not noted as sent, counted up to 100,000, and how long the oldest has waited.
    CREATE OR REPLACE FUNCTION pipeline.unsent_quota_events(p_version integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT jsonb_build_object('events', count(*), 'waitingMs', coalesce((
          SELECT (extract(epoch FROM clock_timestamp() - q.seen_at) * 1000)::bigint
          FROM pipeline.quota_event AS q
          WHERE q.sent_at IS NULL
          ORDER BY q.number
          LIMIT 1
        ), 0))
        FROM (SELECT FROM pipeline.quota_event AS q WHERE q.sent_at IS NULL LIMIT 100000) AS unsent
      );
    END
    $$;
  `,
};
