/** Calls of the functions that the erasure of a person executes, with the rights of an operator (../schema). */

export const BEGIN_ERASURE = `
  SELECT pipeline.begin_erasure(p_version => :version, p_archive_url => :archiveUrl) AS answer`;

export const READ_POSITIONS = 'SELECT pipeline.read_positions(p_version => :version) AS answer';

export const NEXT_ARCHIVED_HOUR = `
  SELECT pipeline.next_archived_hour(p_version => :version, p_from_ms => :fromMs) AS answer`;

export const PROPOSE_REPLACEMENT = `
  SELECT pipeline.propose_replacement(
    p_version => :version, p_erasure => :erasure, p_path => :path, p_listed_checksum => :listedChecksum,
    p_found_checksum => :foundChecksum, p_checksum => :checksum, p_size_bytes => :sizeBytes,
    p_erased_events => :erasedEvents, p_is_restored => :isRestored
  ) AS answer`;

export const SETTLE_REPLACEMENT = `
  SELECT pipeline.settle_replacement(
    p_version => :version, p_erasure => :erasure, p_path => :path, p_checksum => :checksum
  ) AS answer`;

export const WITHDRAW_REPLACEMENT = `
  SELECT pipeline.withdraw_replacement(
    p_version => :version, p_erasure => :erasure, p_path => :path, p_checksum => :checksum
  ) AS answer`;

export const HOURS_OF_USER = `
  SELECT pipeline.hours_of_user(p_version => :version, p_user => :userId, p_from_ms => :fromMs, p_most => :most) AS answer`;

export const ERASE_HOUR = `
  SELECT pipeline.erase_hour(p_version => :version, p_user => :userId, p_hour_ms => :hourMs) AS answer`;

export const ERASE_RECORDS = `
  SELECT pipeline.erase_records(p_version => :version, p_user => :userId) AS answer`;

export const END_ERASURE = `
  SELECT pipeline.end_erasure(p_version => :version, p_erasure => :erasure) AS answer`;
