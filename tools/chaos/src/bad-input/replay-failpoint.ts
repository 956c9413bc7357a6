import { PostgresDeadLetterStore } from '@antenna/usage-store';

/**
 * Loaded into `dead-letters replay` before its main module (`node --import`): kills the process, as SIGKILL does, between
 * the note of an attempt and that of its outcome: before the record is sent, or after.
 */
const moment = process.env['FAILPOINT'];

const { begin, end } = PostgresDeadLetterStore.prototype;

PostgresDeadLetterStore.prototype.begin = async function (...args) {
  const answer = await begin.apply(this, args);
  if (moment === 'before the send') await die();
  return answer;
};

PostgresDeadLetterStore.prototype.end = async function (...args) {
  if (moment === 'after the send') await die();
  await end.apply(this, args);
};

/** Nothing runs after it: a signal that one sends oneself is delivered at once. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}
