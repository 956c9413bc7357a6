import {
  type ArchivedFile,
  type ChunkIntent,
  type ClaimedPosition,
  type CompletedChunk,
  type DeadLetter,
  type DeadLetterRange,
  FenceLostError,
  type Fingerprint,
  type OpenIntent,
  type PositionMove,
  type PositionStore,
  type Reading,
  type Sink,
  type TotalsCommit,
} from '../ports/index.ts';
import { Script } from './script.ts';

interface Position {
  nextOffset: number;
  epoch: number;
  fingerprint: Fingerprint | undefined;
}

/** A position store for tests of the core: each call is one transaction, as the contract requires. */
export class InMemoryStore implements PositionStore {
  readonly script = new Script();
  readonly commits: TotalsCommit[] = [];
  readonly deadLetters: DeadLetter[] = [];
  readonly deadLetterRanges: DeadLetterRange[] = [];
  readonly manifest: ArchivedFile[] = [];
  readonly intents = new Map<number, OpenIntent>();
  /** For how long records beyond the archive's position have been waiting, by partition. */
  readonly waitingMs = new Map<number, number>();
  /** The error that fails a commit; undefined lets it succeed. */
  refuses: (commit: TotalsCommit) => Error | undefined = () => undefined;
  /** Until it resolves, the rows of a commit are being sent, and reading is paused; undefined for commits that are sent at once. */
  sending: Promise<unknown> | undefined;
  readonly #totals = new Map<string, bigint>();
  readonly #positions = new Map<string, Position>();

  /** The rows as sorted texts: `13:15 user ana 5`. */
  get totals(): string[] {
    return [...this.#totals].map(([key, value]) => `${key} ${value.toString()}`).sort();
  }

  nextOffset(sink: Sink, partition: number): number {
    return this.#position(sink, partition).nextOffset;
  }

  epoch(sink: Sink, partition: number): number {
    return this.#position(sink, partition).epoch;
  }

  fingerprint(sink: Sink, partition: number): Fingerprint | undefined {
    return this.#position(sink, partition).fingerprint;
  }

  setPosition(sink: Sink, partition: number, position: Partial<Position>): void {
    Object.assign(this.#position(sink, partition), position);
  }

  claim(sinks: readonly Sink[], partitions: readonly number[]): Promise<readonly ClaimedPosition[]> {
    return this.script.run('claim', () =>
      sinks.flatMap((sink) => partitions.map((partition) => this.#claimOne(sink, partition))),
    );
  }

  async commitTotals(commit: TotalsCommit, reading?: Reading): Promise<void> {
    if (this.sending !== undefined) {
      reading?.pause();
      await this.sending;
      reading?.resume();
    }
    return this.script.run('commitTotals', () => {
      const refusal = this.refuses(commit);
      if (refusal !== undefined) throw refusal;
      this.#movePositions('totals', commit.moves);
      this.commits.push(commit);
      this.deadLetters.push(...commit.deadLetters);
      this.deadLetterRanges.push(...commit.deadLetterRanges);
      for (const { windowStartMs, type, id, value } of commit.totals) {
        const window = new Date(windowStartMs).toISOString().slice(11, 16);
        const key = `${window} ${type.replace('_total_bytes', '')} ${id}`;
        this.#totals.set(key, (this.#totals.get(key) ?? 0n) + value);
      }
    });
  }

  recordIntent({ partition, epoch, ...intent }: ChunkIntent): Promise<void> {
    return this.script.run('recordIntent', () => {
      const position = this.#position('archive', partition);
      const open = this.intents.get(partition) ?? intent;
      const isSame = open.startOffset === intent.startOffset && open.endOffset === intent.endOffset;
      if (position.epoch !== epoch || position.nextOffset !== intent.startOffset || !isSame) {
        throw new FenceLostError('intent refused');
      }
      this.intents.set(partition, open);
    });
  }

  completeChunk({ move, files, hasIntent }: CompletedChunk): Promise<void> {
    return this.script.run('completeChunk', () => {
      const intent = this.intents.get(move.partition);
      if (hasIntent && (intent?.startOffset !== move.from || intent.endOffset !== move.to)) {
        throw new FenceLostError('no such intent is open');
      }
      this.#movePositions('archive', [move]);
      if (hasIntent) this.intents.delete(move.partition);
      this.manifest.push(...files);
    });
  }

  #claimOne(sink: Sink, partition: number): ClaimedPosition {
    const position = this.#position(sink, partition);
    position.epoch += 1;
    const isArchive = sink === 'archive';
    const openIntent = isArchive ? this.intents.get(partition) : undefined;
    const waitingMs = isArchive ? this.waitingMs.get(partition) : undefined;
    return { sink, partition, ...position, openIntent, generation: 0, waitingMs };
  }

  #movePositions(sink: Sink, moves: readonly PositionMove[]): void {
    for (const { partition, epoch, from } of moves) {
      const position = this.#position(sink, partition);
      if (position.epoch !== epoch || position.nextOffset !== from) throw new FenceLostError('moved or claimed');
    }
    for (const { partition, to, fingerprint } of moves) {
      const position = this.#position(sink, partition);
      position.nextOffset = to;
      position.fingerprint = fingerprint ?? position.fingerprint;
    }
  }

  #position(sink: Sink, partition: number): Position {
    const key = `${sink}/${partition}`;
    const position = this.#positions.get(key) ?? { nextOffset: 0, epoch: 0, fingerprint: undefined };
    this.#positions.set(key, position);
    return position;
  }
}
