import {
  type ArchivedFile,
  deadLettersByReason,
  type IngestionEvent,
  type IngestionObserver,
} from '@antenna/ingestion';
import { MergedHistogram } from '@antenna/telemetry';
import { LATENESS_BOUNDS_MS } from '@antenna/windowing';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** How long a reading of the lag is shown: six times the interval at which a worker reads it. */
const LAG_KNOWN_MS = 30_000;

/** The Prometheus metrics of a worker. Names follow the Prometheus conventions: base units, _total. */
export class IngestionMetrics implements IngestionObserver {
  readonly #events: Counter;
  readonly #eventBytes: Counter;
  readonly #deadLetters: Counter<'reason'>;
  readonly #lagRecords: Gauge<'partition'>;
  readonly #committedOffset: Gauge<'partition'>;
  readonly #eventTime: Gauge;
  readonly #lateness: MergedHistogram;
  readonly #lateEvents: Counter;
  readonly #commitSeconds: Histogram;
  readonly #commitRows: Histogram;
  readonly #refused: Counter<'operation'>;
  readonly #unexpectedBatches: Counter;
  readonly #archiveFiles: Counter;
  readonly #archiveRows: Counter;
  readonly #archiveBytes: Counter;
  readonly #openIntents: Gauge;
  readonly #partitions: Gauge;
  readonly #stopped: Gauge<'partition' | 'code'>;
  readonly #nowMs: () => number;
  /** The last readings of the lag, by partition. */
  readonly #lags = new Map<number, { readonly records: number; readonly readAtMs: number }>();
  /** The error codes of stopped partitions, by partition. */
  readonly #codes = new Map<number, string>();
  #greatestEventTimeMs = 0;

  constructor(registry: Registry, nowMs: () => number) {
    this.#nowMs = nowMs;
    const registers = [registry];
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
    this.#events = counter('speed_layer_events_total', 'Events whose totals are committed');
    this.#eventBytes = counter('speed_layer_event_bytes_total', 'Sum of the bytes of committed events');
    this.#deadLetters = new Counter({
      name: 'speed_layer_dead_letters_total',
      help: 'Records that are dead letters, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.#lagRecords = new Gauge({
      name: 'speed_layer_lag_records',
      help: 'Records of a partition that the worker has not read; no series while its end offset cannot be read',
      labelNames: ['partition'],
      registers,
      collect: () => {
        this.#showLags(nowMs());
      },
    });
    this.#committedOffset = new Gauge({
      name: 'speed_layer_committed_offset',
      help: 'Offset below which the totals of a partition are committed; no series before the first commit of a claim',
      labelNames: ['partition'],
      registers,
    });
    this.#eventTime = new Gauge({
      name: 'speed_layer_lag_event_time_seconds',
      help: 'Now less the greatest event time that is committed',
      registers,
      collect: () => {
        if (this.#greatestEventTimeMs > 0) this.#eventTime.set((nowMs() - this.#greatestEventTimeMs) / 1000);
      },
    });
    this.#lateness = new MergedHistogram({
      name: 'speed_layer_event_lateness_seconds',
      help: "Record timestamp less event time of committed events; negative where a device's clock is ahead",
      buckets: LATENESS_BOUNDS_MS.slice(0, -1).map((boundMs) => boundMs / 1000),
      registers,
    });
    this.#lateEvents = counter('speed_layer_late_events_total', 'Committed events later than ALLOWED_LATENESS_MS');
    this.#commitSeconds = new Histogram({
      name: 'speed_layer_commit_seconds',
      help: 'Time from the beginning of a commit to its answer, retries included',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#commitRows = new Histogram({
      name: 'speed_layer_commit_rows',
      help: 'Rows of totals in a commit',
      buckets: [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
      registers,
    });
    this.#refused = new Counter({
      name: 'speed_layer_refused_total',
      help: 'Calls refused because another worker has claimed the partition',
      labelNames: ['operation'],
      registers,
    });
    this.#unexpectedBatches = counter('speed_layer_unexpected_batches_total', 'Batches fetched from another offset');
    this.#archiveFiles = counter('speed_layer_archive_files_total', 'Files listed in the manifest');
    this.#archiveRows = counter('speed_layer_archive_rows_total', 'Events archived');
    this.#archiveBytes = counter('speed_layer_archive_bytes_total', 'Size of the files listed in the manifest');
    this.#openIntents = gauge(
      'speed_layer_open_intents',
      'Open intents of earlier workers whose chunks are not redone yet',
    );
    this.#stopped = new Gauge({
      name: 'speed_layer_partition_stopped',
      help: '1 for each stopped partition, with the error code; no series for partitions that advance',
      labelNames: ['partition', 'code'],
      registers,
    });
    this.#partitions = gauge('speed_layer_partitions', 'Partitions claimed');
  }

  observe(event: IngestionEvent): void {
    switch (event.kind) {
      case 'claimed':
        this.#partitions.set(event.partitions.length);
        this.#lags.clear();
        this.#committedOffset.reset();
        this.#stopped.reset();
        this.#codes.clear();
        return;
      case 'partition-stopped':
        this.#showStopped(event.partition, event.code);
        return;
      case 'partition-resumed':
        this.#showStopped(event.partition, undefined);
        return;
      case 'assigned':
      case 'commit-divided':
        return;
      case 'batch':
      case 'lag':
        this.#noteLag(event);
        return;
      case 'committed':
        this.#committed(event);
        return;
      case 'archived':
        this.#archived(event.files);
        return;
      case 'intents':
        this.#openIntents.set(event.open);
        return;
      case 'refused':
        this.#refused.inc({ operation: event.operation });
        return;
      case 'unexpected-batch':
        this.#unexpectedBatches.inc();
    }
  }

  #showStopped(partition: number, code: string | undefined): void {
    const before = this.#codes.get(partition);
    if (before !== undefined) this.#stopped.remove({ partition, code: before });
    this.#codes.delete(partition);
    if (code === undefined) return;
    this.#codes.set(partition, code);
    this.#stopped.set({ partition, code }, 1);
  }

  #noteLag({ partition, lagRecords }: { readonly partition: number; readonly lagRecords: number | undefined }): void {
    if (lagRecords === undefined) this.#lags.delete(partition);
    else this.#lags.set(partition, { records: lagRecords, readAtMs: this.#nowMs() });
  }

  /** Shows no lag that was read too long ago: the present one is unknown. */
  #showLags(nowMs: number): void {
    this.#lagRecords.reset();
    for (const [partition, { records, readAtMs }] of this.#lags) {
      if (nowMs - readAtMs < LAG_KNOWN_MS) this.#lagRecords.set({ partition }, records);
    }
  }

  #committed({ commit, events, eventBytes, durationMs }: Extract<IngestionEvent, { kind: 'committed' }>): void {
    this.#events.inc(events);
    this.#eventBytes.inc(Number(eventBytes));
    const { buckets, sumMs } = commit.lateness;
    this.#lateness.merge(new Map(buckets.map((bucket) => [bucket.atMostMs / 1000, bucket.events])), sumMs / 1000);
    this.#lateEvents.inc(buckets.reduce((sum, { lateEvents }) => sum + lateEvents, 0));
    for (const [reason, records] of deadLettersByReason(commit)) this.#deadLetters.inc({ reason }, records);
    for (const { partition, to, greatestEventTimeMs = 0 } of commit.moves) {
      this.#committedOffset.set({ partition }, to);
      this.#greatestEventTimeMs = Math.max(this.#greatestEventTimeMs, greatestEventTimeMs);
    }
    this.#commitSeconds.observe(durationMs / 1000);
    this.#commitRows.observe(commit.totals.length);
  }

  #archived(files: readonly ArchivedFile[]): void {
    this.#archiveFiles.inc(files.length);
    for (const { rows, sizeBytes } of files) {
      this.#archiveRows.inc(rows);
      this.#archiveBytes.inc(sizeBytes);
    }
  }
}
