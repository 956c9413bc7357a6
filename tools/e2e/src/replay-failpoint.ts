import { PostgresDeadLetterStore } from '@antenna/usage-store';

/**
 * Loaded into `dead-letters replay` before its main module (`node --import`): kills the process, as SIGKILL does, between
 * the note of an attempt and that of its outcome: before the record is sent, or after.
 */
const moment = process.env['FAILPOINT'];

const adapter: Record<'begin' | 'end', (...args: never[]) => Promise<unknown>> = PostgresDeadLetterStore.prototype;

const original = { begin: adapter.begin, end: adapter.end };

adapter.begin = async function (this: unknown, ...args: never[]) {
  const answer = await original.begin.apply(this, args);
  if (moment === 'before the send') await die();
  return answer;
};

adapter.end = async function (this: unknown, ...args: never[]) {
  if (moment === 'after the send') await die();
  return original.end.apply(this, args);
};

/** Nothing runs after it: a signal that one sends oneself is delivered at once. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}
