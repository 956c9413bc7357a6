/** Calls of the functions that operators' commands execute, on the stream and on dead letters (../schema). */

export const RETIRE_TOPIC = 'SELECT pipeline.retire_topic(p_version => :version, p_topic => :topic) AS answer';

export const RESTORE_TOPIC = 'SELECT pipeline.restore_topic(p_version => :version, p_topic => :topic) AS answer';

export const FORGET_NOTES = 'SELECT pipeline.forget_notes(p_version => :version, p_topic => :topic) AS answer';

export const HELD_POSITIONS = `
  SELECT pipeline.held_positions(
    p_version => :version, p_topic => :topic, p_group_id => :groupId, p_cluster_id => :clusterId,
    p_archive_url => :archiveUrl
  ) AS answer`;

export const ACKNOWLEDGE_GAP = `
  SELECT pipeline.acknowledge_gap(
    p_version => :version, p_topic => :topic, p_group_id => :groupId, p_cluster_id => :clusterId,
    p_archive_url => :archiveUrl, p_sink => :sink, p_partition => :partition, p_epoch => :epoch, p_from => :from,
    p_to => :to, p_intent_start => :intentStart, p_intent_end => :intentEnd, p_files => :files,
    p_acknowledged_by => :acknowledgedBy, p_detail => :detail
  ) AS answer`;

export const ABANDONED_PATHS = 'SELECT pipeline.abandoned_paths(p_version => :version, p_topic => :topic) AS answer';

export const ADOPT_FILE = `
  SELECT pipeline.adopt_file(p_version => :version, p_topic => :topic, p_file => :file) AS answer`;

export const ARCHIVED_CHUNKS = `
  SELECT pipeline.archived_chunks(
    p_version => :version, p_topic => :topic, p_partition => :partition, p_from => :from
  ) AS answer`;

export const ACKNOWLEDGE_TRUNCATION = `
  SELECT pipeline.acknowledge_truncation(
    p_version => :version, p_topic => :topic, p_group_id => :groupId, p_cluster_id => :clusterId,
    p_archive_url => :archiveUrl, p_partition => :partition, p_offset => :offset, p_sinks => :sinks,
    p_epochs => :epochs, p_next_offsets => :nextOffsets, p_intent_start => :intentStart, p_intent_end => :intentEnd,
    p_files => :files, p_acknowledged_by => :acknowledgedBy, p_detail => :detail
  ) AS answer`;

export const CUT_CHUNKS = `
  SELECT pipeline.cut_chunks(p_version => :version, p_topic => :topic, p_partition => :partition) AS answer`;

export const NOTE_NOTHING_READABLE = `
  SELECT pipeline.note_nothing_readable(p_version => :version, p_topic => :topic, p_path => :path) AS answer`;

export const LIST_DEAD_LETTERS = `
  SELECT pipeline.list_dead_letters(
    p_version => :version, p_topic => :topic, p_reason => :reason, p_partition => :partition, p_from_ms => :fromMs,
    p_to_ms => :toMs, p_most => :most
  ) AS answer`;

export const FIND_DEAD_LETTERS = `
  SELECT pipeline.find_dead_letters(
    p_version => :version, p_topic => :topic, p_partition => :partition, p_first => :firstOffset, p_last => :lastOffset
  ) AS answer`;

export const BEGIN_REPLAY = `
  SELECT pipeline.begin_replay(
    p_version => :version, p_topic => :topic, p_cluster_id => :clusterId, p_partition => :partition,
    p_offset => :offset, p_by => :by
  ) AS answer`;

export const END_REPLAY = `
  SELECT pipeline.end_replay(
    p_version => :version, p_topic => :topic, p_partition => :partition, p_offset => :offset, p_outcome => :outcome,
    p_new_offset => :newOffset, p_detail => :detail
  ) AS answer`;

export const RECORD_OUTCOME = `
  SELECT pipeline.record_outcome(
    p_version => :version, p_topic => :topic, p_partition => :partition, p_offset => :offset
  ) AS answer`;

export const BEGIN_RESTORE = `
  SELECT pipeline.begin_restore(
    p_version => :version, p_topic => :topic, p_group_id => :groupId, p_cluster_id => :clusterId,
    p_archive_url => :archiveUrl, p_aside_url => :asideUrl, p_by => :by
  ) AS answer`;

export const UNKNOWN_PATHS = 'SELECT pipeline.unknown_paths(p_version => :version, p_paths => :paths) AS answer';

export const NOTE_SET_ASIDE = `
  SELECT pipeline.note_set_aside(
    p_version => :version, p_restore => :restore, p_path => :path, p_checksum => :checksum, p_size_bytes => :sizeBytes,
    p_rows => :rows, p_erased_events => :erasedEvents
  ) AS answer`;

export const END_RESTORE = `
  SELECT pipeline.end_restore(p_version => :version, p_restore => :restore) AS answer`;

export const STREAM_MOVE_FROM = `
  SELECT pipeline.stream_move_from(p_version => :version, p_topic => :topic, p_cluster_id => :clusterId) AS answer`;

export const MOVE_STREAM = `
  SELECT pipeline.move_stream(
    p_version => :version, p_topic => :topic, p_group_id => :groupId, p_cluster_id => :clusterId,
    p_archive_url => :archiveUrl, p_partitions => :partitions, p_ends => :ends, p_to_topic => :toTopic,
    p_to_group_id => :toGroupId, p_to_cluster_id => :toClusterId, p_by => :by
  ) AS answer`;
