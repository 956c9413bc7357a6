/** Calls of the functions that the publisher of quota events executes (../schema/quota-publisher.sql.ts). */

export const TAKE_QUOTA_EVENTS = `
  SELECT pipeline.take_quota_events(
    p_version => :version, p_owner => :owner, p_lease_ms => :leaseMs, p_most => :most
  ) AS answer`;

export const NOTE_QUOTA_EVENTS_SENT = `
  SELECT pipeline.note_quota_events_sent(p_version => :version, p_numbers => :numbers)`;

export const LEAVE_QUOTA_PUBLISHER = `
  SELECT pipeline.leave_quota_publisher(p_version => :version, p_owner => :owner)`;

export const UNSENT_QUOTA_EVENTS = 'SELECT pipeline.unsent_quota_events(p_version => :version) AS answer';
