import { nextTick } from 'node:process';
import type { IngestionSettings, Sink, TotalsCommit } from '@antenna/ingestion';
import { BatchRun } from './batch-run.ts';
import type { Choices } from '../choices.ts';
import type { Core } from './core.ts';
import { Ledger } from '../checker/ledger.ts';
import { Operator } from './operator.ts';
import { PendingCalls } from './pending-calls.ts';
import { type ArchiveDefects, SimulatedArchive } from './simulated-archive.ts';
import { RetentionRun } from './retention-run.ts';
import { type HoursDefects, SimulatedHours } from './simulated-hours.ts';
import { SINKS } from './simulated-positions.ts';
import { DecoderRefusedError, SimulatedStore, type StoreDefects, StreamMovedError } from './simulated-store.ts';
import { type SimulatedPartition, simulatedPartition } from './simulated-topic.ts';
import { SimulatedWorker } from './simulated-worker.ts';
import { Violation } from '../checker/violation.ts';

/** How the world around the core can be broken, to see that it is noticed. */
export type Defects = StoreDefects & ArchiveDefects & HoursDefects;

export interface WorldParts {
  readonly core: Core;
  readonly choices: Choices;
  readonly defects: Defects;
  /** Receives a readable trace of the events; the text is built only when a listener is set. */
  readonly trace?: (text: string) => void;
}

/** The program of a worker. */
interface Program {
  readonly decoderVersion: number;
  readonly sinks: readonly Sink[];
}

/** Small numbers, so that everything is due all the time. */
const FLUSH_INTERVAL_MS = 6;
const ROLL_INTERVAL_MS = 15;

/** Everything that there is in one schedule: a topic, what is kept of it, and the workers of one group. */
export class World {
  readonly core: Core;
  readonly choices: Choices;
  readonly partitions: readonly SimulatedPartition[];
  readonly calls = new PendingCalls();
  readonly archive: SimulatedArchive;
  readonly hours: SimulatedHours;
  readonly ledger: Ledger;
  readonly store: SimulatedStore;
  readonly operator: Operator;
  readonly batchRuns: BatchRun[] = [];
  /** The newest one, also if it is done. */
  retentionRun: RetentionRun | undefined;
  /** Decoder versions of the workers that stopped because a claim refused them, and that will be started again. */
  readonly refused: number[] = [];
  /** Processes that run, frozen ones too. Which of them the group counts as members is its own opinion. */
  readonly workers: SimulatedWorker[] = [];
  /** Retention has deleted what a sink lacked: its partition stands still until an operator has given it up. */
  hasGap = false;
  /** The log of a partition has lost records. */
  hasTruncation = false;
  /** Workers of two versions of the decoder run beside each other. */
  isUpgrade = false;
  /** A commit of more records takes too long. */
  readonly maxRecords: number;
  nowMs = 0;
  /** Tells people what happens. */
  readonly trace: (text: () => string) => void;
  readonly #committed = new Map<number, number>();
  readonly #settings: IngestionSettings;
  readonly #defects: Defects;
  #spawned = 0;

  constructor({ core, choices, defects, trace }: WorldParts) {
    this.core = core;
    this.choices = choices;
    this.trace = tellTo(trace);
    this.#defects = defects;
    this.partitions = Array.from({ length: 1 + choices.below(3) }, (_, number) =>
      simulatedPartition(number, choices, core.AbortedTransactions),
    );
    this.archive = new SimulatedArchive(defects);
    this.hours = new SimulatedHours(defects);
    this.ledger = new Ledger(this.partitions, this.archive);
    const refused = (message: string) => new core.FenceLostError(message);
    const { ledger, hours } = this;
    this.maxRecords = choices.oneIn(8) ? 1 + choices.below(3) : Infinity;
    const commitFailure = (commit: TotalsCommit) =>
      recordsOf(commit) > this.maxRecords
        ? new core.CommitTooLongError(`more than ${this.maxRecords} records`)
        : undefined;
    this.store = new SimulatedStore(
      { ledger, hours, committedInKafka: this.#committed, refused, nowMs: () => this.nowMs, commitFailure },
      defects,
    );
    const isRefusal = (error: unknown) => error instanceof core.FenceLostError;
    const { partitions, store, archive, calls } = this;
    this.operator = new Operator({ core, partitions, store, archive, calls, ledger, isRefusal });
    this.#settings = {
      topic: 'devices',
      sinks: SINKS,
      flushIntervalMs: FLUSH_INTERVAL_MS,
      flushMaxEvents: 2 + choices.below(5),
      allowedLatenessMs: 60_000,
      deadLettersWhole: choices.below(3),
      archiveRollRows: 2 + choices.below(7),
      archiveRollIntervalMs: ROLL_INTERVAL_MS,
    };
  }

  /** The workers that take part in the group. */
  get members(): readonly SimulatedWorker[] {
    return this.workers.filter(({ isMember }) => isMember);
  }

  get running(): readonly SimulatedWorker[] {
    return this.workers.filter(({ isFrozen }) => !isFrozen);
  }

  spawn({ decoderVersion = 1, sinks = SINKS }: Partial<Program> = {}): SimulatedWorker {
    this.#spawned += 1;
    const worker = new SimulatedWorker(this.#spawned, {
      core: this.core,
      partitions: this.partitions,
      store: this.store,
      archive: this.archive,
      calls: this.calls,
      committed: this.#committed,
      clock: { nowMs: () => this.nowMs },
      settings: { ...this.#settings, sinks },
      decoderVersion,
    });
    this.workers.push(worker);
    this.trace(() => `worker ${worker.id} starts with decoder ${decoderVersion} and sinks ${sinks.join()}`);
    return worker;
  }

  /** Ends a process. Its calls in flight may still arrive, and their answers are lost. */
  remove(worker: SimulatedWorker): void {
    this.workers.splice(this.workers.indexOf(worker), 1);
    for (const call of this.calls.awaited.filter((awaited) => awaited.worker === worker.id)) this.calls.abandon(call);
  }

  /** The group hands every partition to one of these workers; each learns of it in its own time. */
  rebalance(members: readonly SimulatedWorker[]): void {
    const shares = new Map(members.map((member) => [member, [] as number[]]));
    if (members.length > 0)
      for (const { number } of this.partitions) shares.get(this.choices.of(members))?.push(number);
    for (const worker of this.workers) worker.isExpelled = !shares.has(worker);
    for (const [member, share] of shares) {
      member.consumer.newAssignment = share;
      this.trace(() => `the group gives worker ${member.id} partitions [${share.join()}]`);
    }
  }

  /**
   * Takes note of workers that have stopped.
   * @throws {Violation} when a process has stopped without a stop signal.
   */
  noticeStopped(): void {
    if (this.operator.failure !== undefined)
      throw new Violation(`the operator fails: ${this.operator.failure.message}`);
    if (this.workers.every(({ failure, hasLeft }) => failure === undefined && !hasLeft)) return;
    for (const worker of [...this.workers]) {
      const isOfFormerTopic = worker.failure instanceof StreamMovedError;
      const isRefused = worker.failure instanceof DecoderRefusedError;
      if (worker.failure !== undefined && !isRefused && !isOfFormerTopic)
        throw new Violation(`worker ${worker.id} stopped: ${worker.failure.message}`);
      if (!worker.hasLeft && !isRefused && !isOfFormerTopic) continue;
      if (isRefused) this.refused.push(worker.decoderVersion);
      this.trace(() => `worker ${worker.id} has stopped${isRefused ? ': its decoder is refused' : ''}`);
      this.remove(worker);
      this.rebalance(this.members);
    }
  }

  startBatchRun(hourMs: number): BatchRun {
    const run = new BatchRun(hourMs, this);
    this.batchRuns.push(run);
    return run;
  }

  /** An operator moves the stream to another topic, if this one is read to its end. */
  moveStream(): void {
    void this.operator.moveStream(this.#defects);
  }

  /** Begins to raise the floors to an hour. */
  startRetention(floorMs: number): RetentionRun {
    const { store, hours, calls, batchRuns } = this;
    const { retention } = store;
    this.retentionRun = new RetentionRun(floorMs, { retention, hours, calls, batchRuns, defects: this.#defects });
    return this.retentionRun;
  }

  /** Lets every promise that has been settled take its course: the next tick comes after all of their callbacks. */
  settle(): Promise<void> {
    return new Promise(nextTick);
  }
}

/**
 * V8 allocates a function that is written where a property is assigned among the old objects: there it would keep the
 * whole world of a schedule until the next full collection.
 */
function tellTo(listener: WorldParts['trace']): World['trace'] {
  return (text) => listener?.(text());
}

function recordsOf({ hourCounts, deadLetters, deadLetterRanges }: TotalsCommit): number {
  const counted = [...hourCounts.map(({ events }) => events), ...deadLetterRanges.map(({ records }) => records)];
  return counted.reduce((sum, records) => sum + records, deadLetters.length);
}
