/**
 * All rights of the group roles; earlier rights are revoked first. Every migration applies them, since roles belong to
 * the server and are not part of a restored database.
 *
 * The workers may call their functions and access no table; the functions run with the rights of their owner. Only an
 * operator may read the payloads of dead letters, record replays and erase a person. A reader sees the public tables and
 * the views of the dashboards, which have no payload.
 */
export const PRIVILEGES = `
  REVOKE ALL ON SCHEMA pipeline FROM PUBLIC, antenna_speed, antenna_batch, antenna_operator, antenna_reader;
  REVOKE ALL ON ALL TABLES IN SCHEMA pipeline FROM PUBLIC, antenna_speed, antenna_batch, antenna_operator, antenna_reader;
  REVOKE ALL ON ALL SEQUENCES IN SCHEMA pipeline FROM PUBLIC, antenna_speed, antenna_batch, antenna_operator, antenna_reader;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pipeline FROM PUBLIC, antenna_speed, antenna_batch, antenna_operator, antenna_reader;
  REVOKE ALL ON public.bytes, public.bytes_hourly, public.user_quota_limit, public.user_metadata
    FROM PUBLIC, antenna_speed, antenna_batch, antenna_operator, antenna_reader;

  GRANT USAGE ON SCHEMA pipeline TO antenna_speed, antenna_batch, antenna_operator, antenna_reader;
  GRANT SELECT ON pipeline.schema_version TO antenna_speed, antenna_batch, antenna_operator, antenna_reader;

  GRANT EXECUTE ON FUNCTION
    pipeline.database_identity,
    pipeline.retire_topic,
    pipeline.restore_topic,
    pipeline.move_stream,
    pipeline.stream_move_from,
    pipeline.forget_notes,
    pipeline.held_positions,
    pipeline.acknowledge_gap,
    pipeline.abandoned_paths,
    pipeline.adopt_file,
    pipeline.archived_chunks,
    pipeline.acknowledge_truncation,
    pipeline.cut_chunks,
    pipeline.note_nothing_readable
    TO antenna_speed, antenna_operator;

  GRANT EXECUTE ON FUNCTION
    pipeline.claim,
    pipeline.commit_totals,
    pipeline.stage_totals,
    pipeline.commit_staged_totals,
    pipeline.record_intent,
    pipeline.complete_chunk,
    pipeline.lateness_summary,
    pipeline.newest_paths,
    pipeline.now_for_noting,
    pipeline.note_partition_ends,
    pipeline.note_partition_faults,
    pipeline.partition_faults,
    pipeline.refused_records,
    pipeline.stream_status,
    pipeline.take_quota_events,
    pipeline.note_quota_events_sent,
    pipeline.leave_quota_publisher,
    pipeline.unsent_quota_events,
    pipeline.reconciliation_status
    TO antenna_speed;

  GRANT EXECUTE ON FUNCTION
    pipeline.read_manifest,
    pipeline.hour_statuses,
    pipeline.archived_hours,
    pipeline.preview_over_quota,
    pipeline.commit_hour,
    pipeline.correction_runs,
    pipeline.corrected_rows,
    pipeline.certificates_after,
    pipeline.certificate_chain,
    pipeline.certificate_of_hour,
    pipeline.reconcile,
    pipeline.explain_total,
    pipeline.hours_to_reconcile,
    pipeline.record_reconciliation,
    pipeline.sum_day,
    pipeline.make_partition,
    pipeline.raise_floor,
    pipeline.removable_partitions,
    pipeline.remove_below_floor,
    pipeline.retention_totals,
    pipeline.analyze_divided_tables
    TO antenna_batch;

  GRANT EXECUTE ON FUNCTION
    pipeline.list_dead_letters,
    pipeline.find_dead_letters,
    pipeline.begin_replay,
    pipeline.end_replay,
    pipeline.record_outcome,
    pipeline.begin_restore,
    pipeline.unknown_paths,
    pipeline.note_set_aside,
    pipeline.end_restore,
    pipeline.begin_erasure,
    pipeline.end_erasure,
    pipeline.read_positions,
    pipeline.next_archived_hour,
    pipeline.propose_replacement,
    pipeline.settle_replacement,
    pipeline.withdraw_replacement,
    pipeline.hours_of_user,
    pipeline.erase_hour,
    pipeline.erase_records
    TO antenna_operator;

  GRANT EXECUTE ON FUNCTION pipeline.shown_range TO antenna_reader;

  GRANT SELECT ON
    public.bytes,
    public.bytes_hourly,
    public.user_quota_limit,
    public.user_metadata,
    pipeline.quota_event,
    pipeline.quota_alert,
    pipeline.stream_progress,
    pipeline.stream_watermark,
    pipeline.live_usage,
    pipeline.user_label,
    pipeline.known_id,
    pipeline.unsettled_hour,
    pipeline.computed_hour,
    pipeline.data_as_of,
    pipeline.live_quota,
    pipeline.over_quota,
    pipeline.hour_status,
    pipeline.dead_letter_count,
    pipeline.lateness_by_hour,
    pipeline.recent_lateness,
    pipeline.antenna_clock,
    pipeline.correction_summary,
    pipeline.hour_correction_report,
    pipeline.certificate_report,
    pipeline.reconciliation,
    pipeline.retention_report,
    pipeline.day_hours,
    pipeline.usage_daily,
    pipeline.usage_monthly
    TO antenna_reader;
`;
