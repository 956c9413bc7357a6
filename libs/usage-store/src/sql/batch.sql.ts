/** Calls of the functions that the batch layer may execute (../schema). */

export const READ_MANIFEST = `
  SELECT pipeline.read_manifest(p_version => :version, p_archive_url => :archiveUrl, p_hour_ms => :hourMs) AS manifest`;

export const HOUR_STATUSES = `
  SELECT pipeline.hour_statuses(p_version => :version, p_from_ms => :fromMs, p_to_ms => :toMs, p_newest => :newest) AS statuses`;

export const ARCHIVED_HOURS = `
  SELECT pipeline.archived_hours(p_version => :version) AS answer`;

export const COMMIT_HOUR = `
  SELECT users_over_quota, users_without_metadata, corrected_rows, certificate_number, certificate_hash
  FROM pipeline.commit_hour(
    p_version => :version, p_hour_ms => :hourMs, p_revision => :revision, p_was_final => :wasFinal,
    p_engine => :engine, p_input_files => :inputFiles, p_events => :events, p_event_bytes => :eventBytes,
    p_started_at_ms => :startedAtMs, p_types => :types, p_ids => :ids, p_values => :values,
    p_program => :program
  )`;

export const SUM_DAY = `
  SELECT pipeline.sum_day(p_version => :version) AS day`;

export const PREVIEW_OVER_QUOTA = `
  SELECT pipeline.preview_over_quota(
    p_version => :version, p_hour_ms => :hourMs, p_types => :types, p_ids => :ids, p_values => :values, p_most => :most
  ) AS preview`;

export const CORRECTION_RUNS = `
  SELECT pipeline.correction_runs(p_version => :version, p_from_ms => :fromMs, p_to_ms => :toMs) AS answer`;

export const CORRECTED_ROWS = `
  SELECT pipeline.corrected_rows(p_version => :version, p_run_id => :runId, p_skip => :skip, p_most => :most) AS answer`;

export const CERTIFICATE_OF_HOUR = `
  SELECT pipeline.certificate_of_hour(p_version => :version, p_hour_ms => :hourMs) AS answer`;

export const CERTIFICATES_AFTER = `
  SELECT pipeline.certificates_after(p_version => :version, p_number => :number, p_most => :most) AS answer`;

export const CERTIFICATE_CHAIN = `
  SELECT pipeline.certificate_chain(p_version => :version) AS answer`;
