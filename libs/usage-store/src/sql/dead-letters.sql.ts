/** Calls of the functions that an operator may execute (../schema). */

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
