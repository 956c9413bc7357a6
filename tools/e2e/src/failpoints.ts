import { writeSync } from 'node:fs';
import { ParquetArchive, ReducibleArchive } from '@antenna/event-archive';
import { KafkaEventSource, KafkaQuotaEventSender } from '@antenna/event-source';
import {
  PostgresDeadLetterStore,
  PostgresErasureStore,
  PostgresPositionStore,
  PostgresQuotaEventQueue,
  PostgresRestoredManifest,
  StreamMoves,
} from '@antenna/usage-store';
import { type FailpointStep, failpointText, parseFailpoint } from './failpoint.ts';

/**
 * Loaded into a program before its main module (`node --import`, or first in a bundle): kills the process, as SIGKILL
 * does, or freezes it, as SIGSTOP does (`FAILPOINT_SIGNAL`), before or after the nth call of one step of the protocols.
 * The program itself knows nothing of it.
 */
const text = process.env['FAILPOINT'];
const wanted = text === undefined ? undefined : parseFailpoint(text);

type Asynchronous = (...args: never[]) => Promise<unknown>;

function watch<Name extends string>(adapter: Record<Name, Asynchronous>, name: Name, step: FailpointStep): void {
  if (step !== wanted?.step) return;
  const original = adapter[name];
  let calls = 0;
  adapter[name] = async function (this: unknown, ...args: never[]) {
    calls += 1;
    // Calls overlap: by the time this one has ended, others have been counted.
    const isWanted = calls === wanted.call;
    if (isWanted && wanted.moment === 'before') await stop();
    const result = await original.apply(this, args);
    if (isWanted && wanted.moment === 'after') await stop();
    return result;
  };
}

/** Dies or freezes: a signal that one sends oneself is delivered at once. What is frozen goes on when it thaws. */
function stop(): Promise<void> {
  if (wanted !== undefined) writeSync(2, `failpoint ${failpointText(wanted)} reached\n`);
  const isFrozen = process.env['FAILPOINT_SIGNAL'] === 'SIGSTOP';
  process.kill(process.pid, isFrozen ? 'SIGSTOP' : 'SIGKILL');
  return isFrozen ? Promise.resolve() : new Promise(() => undefined);
}

watch(PostgresPositionStore.prototype, 'claim', 'claim');
watch(PostgresPositionStore.prototype, 'commitTotals', 'commit');
watch(PostgresPositionStore.prototype, 'recordIntent', 'intent');
watch(ParquetArchive.prototype, 'create', 'upload');
watch(PostgresPositionStore.prototype, 'completeChunk', 'manifest');
watch(KafkaEventSource.prototype, 'commitOffsetsForLag', 'kafka-commit');
watch(PostgresDeadLetterStore.prototype, 'begin', 'replay-attempt');
watch(PostgresDeadLetterStore.prototype, 'end', 'replay-outcome');
watch(KafkaQuotaEventSender.prototype, 'send', 'quota-send');
watch(PostgresQuotaEventQueue.prototype, 'noteSent', 'quota-note');
watch(PostgresErasureStore.prototype, 'begin', 'erasure-begin');
watch(PostgresErasureStore.prototype, 'propose', 'erasure-propose');
watch(PostgresErasureStore.prototype, 'settle', 'erasure-settle');
watch(PostgresErasureStore.prototype, 'eraseHour', 'erasure-hour');
watch(PostgresErasureStore.prototype, 'eraseRecords', 'erasure-records');
watch(PostgresRestoredManifest.prototype, 'begin', 'restore-begin');
watch(ReducibleArchive.prototype, 'copyAside', 'restore-copy');
watch(PostgresRestoredManifest.prototype, 'noteSetAside', 'restore-note');
watch(ReducibleArchive.prototype, 'remove', 'restore-remove');
watch(PostgresRestoredManifest.prototype, 'end', 'restore-end');
watch(StreamMoves.prototype, 'move', 'stream-move');
