/** Calls of the functions that the batch layer may execute (../schema). */

export const READ_MANIFEST = `
  SELECT pipeline.read_manifest(p_version => :version, p_archive_url => :archiveUrl, p_hour_ms => :hourMs) AS manifest`;

export const HOUR_STATUSES = `
  SELECT pipeline.hour_statuses(p_version => :version, p_from_ms => :fromMs, p_to_ms => :toMs) AS statuses`;

export const COMMIT_HOUR = `
  SELECT users_over_quota, users_without_metadata
  FROM pipeline.commit_hour(
    p_version => :version, p_hour_ms => :hourMs, p_revision => :revision, p_was_final => :wasFinal,
    p_engine => :engine, p_input_files => :inputFiles, p_events => :events, p_event_bytes => :eventBytes,
    p_started_at_ms => :startedAtMs, p_types => :types, p_ids => :ids, p_values => :values
  )`;

export const PREVIEW_OVER_QUOTA = `
  SELECT pipeline.preview_over_quota(
    p_version => :version, p_hour_ms => :hourMs, p_types => :types, p_ids => :ids, p_values => :values, p_most => :most
  ) AS preview`;
