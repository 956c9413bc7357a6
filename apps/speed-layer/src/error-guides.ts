import type { ErrorGuides } from '@antenna/cli';
import type { FaultCode, PartitionFault } from '@antenna/ingestion';

const ACKNOWLEDGE_TRUNCATION =
  'if the log was truncated (an unclean leader election, a lost disk), run speed-layer:acknowledge-truncation; if the ' +
  'topic was deleted and created again, use a database of its own for the new topic, or bring the old one back';

const ANOTHER_TOPIC =
  'the topic was deleted and created again, or this is another cluster; use a database of its own for the new topic, ' +
  'or bring the old one back';

/** Advice on a stopped partition, for the faults whose message has none. */
const ADVICE: Readonly<Partial<Record<FaultCode, string>>> = {
  DATA_GAP: 'to go on and record the gap run speed-layer:acknowledge-gap',
  LOG_TRUNCATED: ACKNOWLEDGE_TRUNCATION,
  TOPIC_RECREATED: ANOTHER_TOPIC,
};

/** Exit codes of the errors of the speed layer's core. */
export const errorGuides: ErrorGuides = {
  DATA_GAP: { exitCode: 4, advice: () => ADVICE.DATA_GAP },
  LOG_TRUNCATED: { exitCode: 1, advice: () => ADVICE.LOG_TRUNCATED },
  TOPIC_RECREATED: { exitCode: 1, advice: () => ADVICE.TOPIC_RECREATED },
  ARCHIVE_UNSETTLED: { exitCode: 1, advice: () => 'then run speed-layer:settle-restore again' },
  UNREADABLE_BATCH: { exitCode: 1 },
  OLD_MESSAGE_FORMAT: { exitCode: 1 },
  ARCHIVE_CONFLICT: { exitCode: 1 },
  COMMIT_TOO_LONG: { exitCode: 1 },
  SUM_OUT_OF_RANGE: { exitCode: 1 },
};

/** The fault with the advice appended to its message. */
export function withAdvice<Fault extends Pick<PartitionFault, 'code' | 'message'>>(fault: Fault): Fault {
  const advice = ADVICE[fault.code];
  return advice === undefined ? fault : { ...fault, message: `${fault.message}; ${advice}` };
}
