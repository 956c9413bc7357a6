/** Calls of the functions by which an operator changes what is known of the stream (../schema). */

export const RETIRE_TOPIC = 'SELECT pipeline.retire_topic(p_version => :version, p_topic => :topic) AS answer';

export const RESTORE_TOPIC = 'SELECT pipeline.restore_topic(p_version => :version, p_topic => :topic) AS answer';

export const FORGET_NOTES = 'SELECT pipeline.forget_notes(p_version => :version, p_topic => :topic) AS answer';
