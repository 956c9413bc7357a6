import type { Login } from '../logins.ts';

const forOperators = [
  'abandoned_paths',
  'acknowledge_gap',
  'acknowledge_truncation',
  'adopt_file',
  'archived_chunks',
  'cut_chunks',
  'database_identity',
  'forget_notes',
  'held_positions',
  'restore_topic',
  'retire_topic',
];

/** The functions of schema `pipeline` that each group may call; the tests compare the granted rights with this list. */
export const GRANTED_FUNCTIONS: Readonly<Record<Login['group'], readonly string[]>> = {
  antenna_speed: [
    ...forOperators,
    'claim',
    'commit_totals',
    'complete_chunk',
    'lateness_summary',
    'leave_quota_publisher',
    'newest_paths',
    'note_partition_ends',
    'note_partition_faults',
    'note_quota_events_sent',
    'now_for_noting',
    'partition_faults',
    'record_intent',
    'refused_records',
    'stream_status',
    'take_quota_events',
    'unsent_quota_events',
  ].sort(),
  antenna_batch: [
    'certificate_chain',
    'certificate_of_hour',
    'certificates_after',
    'commit_hour',
    'corrected_rows',
    'correction_runs',
    'hour_statuses',
    'preview_over_quota',
    'read_manifest',
  ],
  antenna_operator: [
    ...forOperators,
    'begin_replay',
    'end_replay',
    'find_dead_letters',
    'list_dead_letters',
    'record_fate',
  ].sort(),
  antenna_reader: [],
};
