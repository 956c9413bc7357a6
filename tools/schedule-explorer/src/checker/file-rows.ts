import { eventsIn } from '@antenna/archive-format';
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
  const rows = [...eventsIn(held.rows)];
  for (const [row, { logged, event }] of wanted.entries()) {
    require(`offset in ${file.path}`, rows[row]?.offset, logged.offset);
    for (const field of ['bytes', 'eventTimeMs', 'id', 'antennaId', 'app'] as const) {
      require(`${field} in ${file.path}`, rows[row]?.[field], event[field]);
    }
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
