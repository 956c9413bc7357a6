/** Calls of the functions that the speed layer may execute (../schema). */

export const CLAIM = `
  SELECT sink, partition, next_offset, epoch, fingerprint_offset, fingerprint, intent, generation, waiting_ms
  FROM pipeline.claim(
    p_version => :version, p_topic => :topic, p_group_id => :groupId, p_cluster_id => :clusterId,
    p_archive_url => :archiveUrl, p_allowed_lateness_ms => :allowedLatenessMs, p_sinks => :sinks,
    p_partitions => :partitions, p_owner => :owner, p_decoder_version => :decoderVersion
  )`;

const SUMS = `
    p_window_ms => :windowMs, p_types => :types, p_ids => :ids, p_values => :values,
    p_hour_ms => :hourMs, p_users => :users, p_usages => :usages, p_latest_ms => :latestMs`;

/** All of a commit but its sums. */
const COMMIT = `
    p_partitions => :partitions, p_epochs => :epochs,
    p_from => :from, p_to => :to,
    p_fingerprint_offsets => :fingerprintOffsets, p_fingerprints => :fingerprints,
    p_event_times_ms => :eventTimesMs,
    p_counted_partitions => :countedPartitions, p_counted_hours_ms => :countedHoursMs,
    p_counted_events => :countedEvents, p_counted_bytes => :countedBytes,
    p_counted_last_offsets => :countedLastOffsets,
    p_dead_letters => :deadLetters, p_keys => :keys, p_payloads => :payloads,
    p_dead_letter_ranges => :deadLetterRanges, p_lateness => :lateness`;

export const COMMIT_TOTALS = `
  SELECT pipeline.commit_totals(p_version => :version, p_topic => :topic, ${SUMS}, ${COMMIT})`;

export const STAGE_TOTALS = `
  SELECT pipeline.stage_totals(
    p_version => :version, p_topic => :topic, p_partition => :partition, p_epoch => :epoch, p_from => :from,
    p_part => :part, ${SUMS}
  )`;

export const COMMIT_STAGED_TOTALS = `
  SELECT pipeline.commit_staged_totals(p_version => :version, p_topic => :topic, p_parts => :parts, ${COMMIT})`;

export const RECORD_INTENT = `
  SELECT pipeline.record_intent(
    p_version => :version, p_topic => :topic, p_partition => :partition, p_epoch => :epoch,
    p_start => :startOffset, p_end => :endOffset, p_decoder_version => :decoderVersion, p_paths => :paths,
    p_fingerprint_offset => :fingerprintOffset, p_fingerprint => :fingerprint
  )`;

export const COMPLETE_CHUNK = `
  SELECT pipeline.complete_chunk(
    p_version => :version, p_topic => :topic, p_partition => :partition, p_epoch => :epoch,
    p_from => :from, p_to => :to, p_fingerprint_offset => :fingerprintOffset, p_fingerprint => :fingerprint,
    p_decoder_version => :decoderVersion, p_has_intent => :hasIntent, p_files => :files
  )`;

export const NOW_FOR_NOTING = 'SELECT pipeline.now_for_noting(p_topic => :topic, p_every_ms => :everyMs) AS now';

export const NOTE_PARTITION_ENDS = `
  SELECT pipeline.note_partition_ends(
    p_version => :version, p_topic => :topic, p_noted_at => :notedAt,
    p_partitions => :partitions, p_ends => :ends
  )`;

export const STREAM_STATUS = `
  SELECT partition, totals_offset, archive_offset, end_offset, totals_lag, archive_lag, owner, is_idle,
    CAST(extract(epoch FROM moved_at) * 1000 AS bigint) AS moved_at_ms,
    CAST(extract(epoch FROM noted_at) * 1000 AS bigint) AS noted_at_ms,
    CAST(extract(epoch FROM greatest_event_time) * 1000 AS bigint) AS greatest_event_time_ms,
    CAST(extract(epoch FROM watermark) * 1000 AS bigint) AS watermark_ms,
    CAST(extract(epoch FROM archived_until) * 1000 AS bigint) AS archived_until_ms, intent_start, intent_end, intent_paths
  FROM pipeline.stream_status(:topic)`;

export const LATENESS_SUMMARY = 'SELECT pipeline.lateness_summary() AS summary';

export const RECONCILIATION_STATUS = `
  SELECT unexplained_bytes, file_problems, extract(epoch FROM reconciled_at) AS reconciled_at_seconds
  FROM pipeline.reconciliation_status()`;

export const DATABASE_IDENTITY = 'SELECT pipeline.database_identity() AS identity';

export const NOTE_PARTITION_FAULTS = `
  SELECT pipeline.note_partition_faults(
    p_version => :version, p_topic => :topic, p_owner => :owner, p_assigned => :assigned,
    p_partitions => :partitions, p_codes => :codes, p_sinks => :sinks, p_details => :details
  )`;

export const PARTITION_FAULTS = `
  SELECT partition, code, sink, detail, CAST(extract(epoch FROM since) * 1000 AS bigint) AS since_ms, owner
  FROM pipeline.partition_faults(:topic)`;

export const REFUSED_RECORDS = 'SELECT reason, records FROM pipeline.refused_records(:topic)';

export const NEWEST_PATHS =
  'SELECT pipeline.newest_paths(p_version => :version, p_topic => :topic, p_count => :count) AS paths';
