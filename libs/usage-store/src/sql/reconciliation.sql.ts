/** Calls of the functions that compare the layers (../schema/reconciliation.sql.ts). */

export const DIFFERENCES = `
  SELECT pipeline.reconcile(p_version => :version, p_from_ms => :fromMs, p_to_ms => :toMs) AS answer`;

export const HOURS_TO_RECONCILE = `
  SELECT pipeline.hours_to_reconcile(
    p_version => :version, p_recent => :recentMs::bigint * interval '1 millisecond'
  ) AS answer`;

export const RECORD_RECONCILIATION = `
  SELECT pipeline.record_reconciliation(
    p_version => :version, p_hours_ms => :hoursMs, p_unexplained => :unexplained, p_file_problems => :fileProblems
  )`;

export const EXPLAIN_TOTAL = `
  SELECT pipeline.explain_total(p_version => :version, p_hour_ms => :hourMs, p_type => :type, p_id => :id) AS answer`;
