/**
 * Advice by the reason for which all records are refused. For any other reason a stored dead letter shows the problem.
 */
const ADVICE: Readonly<Record<string, string>> = {
  wrong_clock:
    'the events lie ahead of the timestamps of their records: timestamps in seconds instead of milliseconds would be of ' +
    '1970; correct the producer, or set message.timestamp.type=LogAppendTime on the topic',
  not_json: 'the records are not JSON: check KAFKA_TOPIC, and what the producer writes',
  missing_field: 'the records lack a field of events: check KAFKA_TOPIC, and what the producer writes',
};

const SEE = 'see npx nx run speed-layer:dead-letters -- list';

/** Reasons with their counts, the most frequent one first: «wrong_clock 500, empty 3». */
export function reasonsText(records: ReadonlyMap<string, number>): string {
  return inOrder(records)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/** Advice on records of which none is an event, by their most frequent reason. */
export function refusedAdvice(records: ReadonlyMap<string, number>): string {
  const [reason = ''] = inOrder(records)[0] ?? [];
  const advice = ADVICE[reason];
  return advice === undefined ? SEE : `${advice}; ${SEE}`;
}

function inOrder(records: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...records].sort(([, left], [, right]) => right - left);
}
