import type { ArchivedFile } from '@antenna/ingestion';
import { hourFolder } from '../world/known-record.ts';
import type { SimulatedArchive } from '../world/simulated-archive.ts';
import type { KnownRow } from './expected-totals.ts';
import { require, Violation } from './violation.ts';

/** @throws {Violation} when a listed file does not exist, or does not hold exactly these rows. */
export function requireFileRows(archive: SimulatedArchive, file: ArchivedFile, wanted: readonly KnownRow[]): void {
  const held = archive.files.get(file.path);
  if (held === undefined) throw new Violation(`${file.path} is listed and does not exist`);
  require(`checksum of ${file.path}`, file.checksum, held.file.checksum);
  require(`rows of ${file.path}`, file.rows, wanted.length);
  require(`bytes of ${file.path}`, Number(file.eventBytes), wanted.reduce((sum, { event }) => sum + event.bytes, 0));
  const { rows } = held;
  for (const [row, { logged, event }] of wanted.entries()) {
    require(`offset in ${file.path}`, rows.offset[row], logged.offset);
    require(`bytes in ${file.path}`, rows.bytes[row], event.bytes);
    require(`event time in ${file.path}`, rows.eventTimeMs[row], event.eventTimeMs);
    require(`id in ${file.path}`, rows.id.values[rows.id.codes[row] ?? -1], event.id);
    require(`antenna in ${file.path}`, rows.antennaId.values[rows.antennaId.codes[row] ?? -1], event.antennaId);
    require(`app in ${file.path}`, rows.app.values[rows.app.codes[row] ?? -1], event.app);
  }
}

/** The parts of a file's name (docs/commit-protocol.md, "Archive"). */
export interface FileName {
  readonly partition: number;
  readonly generation: number;
  readonly from: number;
  readonly to: number;
}

export function fileName(hourMs: number, { partition, generation, from, to }: FileName): string {
  const [start, end] = [from, to].map((offset) => String(offset).padStart(12, '0'));
  const log = generation === 0 ? `devices-${partition}` : `devices-${partition}.${generation}`;
  return `${hourFolder(hourMs)}${log}-${start}-${end}.parquet`;
}
