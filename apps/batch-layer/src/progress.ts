import type { HourPorts } from '@antenna/hourly-batch';
import { SingleBar } from 'cli-progress';

/** Shows on a terminal how far long work has come; elsewhere it is silent. */
export interface Progress {
  /** What is being done. */
  step(text: string): void;
  /** One of the units of work is done. */
  advance(): void;
  /** Takes the bar away. */
  stop(): void;
}

const SILENT: Progress = { step: () => undefined, advance: () => undefined, stop: () => undefined };

/** @param total units of work, called `unit`. */
export function showProgress(total: number, unit: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return SILENT;
  const bar = new SingleBar({
    format: `{bar} {value}/{total} ${unit} | {duration_formatted} | {step}`,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  bar.start(total, 0, { step: '' });
  return {
    step: (text) => {
      bar.update({ step: text });
    },
    advance: () => {
      bar.increment();
    },
    stop: () => {
      bar.stop();
    },
  };
}

/** The same ports, telling what they are asked to do. */
export function watched({ store, folder, engine }: HourPorts, progress: Progress): HourPorts {
  return {
    folder,
    engine: {
      name: engine.name,
      aggregate: (hourMs, files) => {
        progress.step(`adding up ${files.length} files`);
        return engine.aggregate(hourMs, files);
      },
    },
    store: {
      readManifest: (hourMs) => store.readManifest(hourMs),
      statuses: (range) => store.statuses(range),
      preview: (hourMs, totals) => store.preview(hourMs, totals),
      commit: (result) => {
        progress.step(`writing ${result.rows.length} rows`);
        return store.commit(result);
      },
    },
  };
}
