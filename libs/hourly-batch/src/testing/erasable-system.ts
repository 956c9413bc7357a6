import { createHash } from 'node:crypto';
import { type EventColumns, EventColumnsBuilder, rowsOf, sumOfBytes, textsOfRows } from '@antenna/archive-format';
import { EventInterners } from '@antenna/event-schema';
import { ONE_HOUR } from '@antenna/windowing';
import type { ErasurePorts } from '../erasure/erase-user.ts';
import type { ErasableFile, Replacement } from '../erasure/ports.ts';
import { HOUR } from './an-hour.ts';

interface ListedFile {
  readonly hourMs: number;
  checksum: string;
  /** Announced checksums, each with the erasure that may settle it and the one that announced it. */
  readonly replacements: Map<string, { by: number; readonly first: number }>;
}

interface StoredFile {
  rows: EventColumns;
  version: number;
}

/** Archive, manifest and totals in memory, with the semantics of the real ones (erased-files.sql.ts). */
export class ErasableSystem {
  readonly files = new Map<string, StoredFile>();
  readonly manifest = new Map<string, ListedFile>();
  /** The users in the totals of each hour. */
  readonly totals = new Map<number, Set<string>>();
  readonly records = new Set<string>();
  #erasures = 0;

  /** Archives a file of users' events in an hour after HOUR, and counts them. */
  archive(hour: number, ...ids: readonly string[]): string {
    const hourMs = HOUR + hour * ONE_HOUR.sizeMs;
    const path = `${hour}-${this.files.size}`;
    const rows = rowsOfUsers(this.files.size * 100, ids);
    this.files.set(path, { rows, version: 1 });
    this.manifest.set(path, { hourMs, checksum: checksumOf(rows), replacements: new Map() });
    this.totals.set(hourMs, new Set([...(this.totals.get(hourMs) ?? []), ...ids]));
    for (const id of ids) this.records.add(id);
    return path;
  }

  idsIn(path: string): readonly (string | undefined)[] {
    const { id } = this.files.get(path)?.rows ?? rowsOfUsers(0, []);
    return Array.from(id.codes.keys(), textsOfRows(id));
  }

  /** Sentences that do not hold; empty at every moment, whatever was ended. */
  contradictions(): readonly string[] {
    return [...this.manifest].flatMap(([path, { checksum, replacements }]) => {
      const stored = this.files.get(path);
      const found = stored === undefined ? 'nothing' : checksumOf(stored.rows);
      return found === checksum || replacements.has(found) ? [] : [`${path} is a file that the manifest does not know`];
    });
  }

  /** @param step is awaited before and after the effect of every call; it can end the erasure by an error. */
  ports(step: (call: string) => Promise<void> = () => Promise.resolve()): ErasurePorts {
    const call = async <T>(name: string, effect: () => T): Promise<T> => {
      await step(`before ${name}`);
      const answer = effect();
      await step(`after ${name}`);
      return answer;
    };
    return {
      stream: { positions: () => call('positions', () => []) },
      manifest: {
        nextHour: (fromMs) => call('nextHour', () => this.#nextHour(fromMs)),
        propose: (replacement) => call('propose', () => this.#propose(replacement)),
        settle: (replacement) => call('settle', () => this.#settle(replacement)),
        withdraw: (replacement) =>
          call('withdraw', () => {
            this.#withdraw(replacement);
          }),
      },
      tables: {
        begin: () => call('begin', () => (this.#erasures += 1)),
        hoursOf: (id) =>
          call('hoursOf', () => ({ hoursMs: [...this.totals].filter(([, ids]) => ids.has(id)).map(([ms]) => ms) })),
        eraseHour: (id, hourMs) =>
          call('eraseHour', () => {
            this.totals.get(hourMs)?.delete(id);
          }),
        eraseRecords: (id) =>
          call('eraseRecords', () => ({
            hadMetadata: this.records.delete(id),
            quotaEvents: 0,
            deadLetters: 0,
            corrections: 0,
          })),
      },
      finder: {
        find: (id, files) =>
          call('find', () => {
            const counts = files.map(({ path }) => [path, rowsOf(this.#stored(path).rows, id)] as const);
            return new Map(counts.filter(([, count]) => count > 0));
          }),
      },
      archive: {
        read: (path) =>
          call('read', () => {
            const { rows, version } = this.#stored(path);
            return { path, version: String(version), checksum: checksumOf(rows), rows };
          }),
        rewrite: ({ path, version }, rows, use) =>
          use({
            checksum: checksumOf(rows),
            sizeBytes: rows.rows,
            rows,
            replace: () =>
              call('replace', () => {
                const stored = this.#stored(path);
                if (String(stored.version) !== version) return false;
                this.files.set(path, { rows, version: stored.version + 1 });
                return true;
              }),
          }),
      },
    };
  }

  #nextHour(fromMs: number) {
    const hours = [...this.manifest.values()].map(({ hourMs }) => hourMs).filter((ms) => ms >= fromMs);
    const hourMs = Math.min(...hours);
    const files = [...this.manifest]
      .filter(([, file]) => file.hourMs === hourMs)
      .map(([path, file]): ErasableFile => {
        const { rows } = this.#stored(path);
        const replacements = [...file.replacements.keys()];
        return {
          path,
          sizeBytes: 0,
          checksum: file.checksum,
          rows: rows.rows,
          eventBytes: sumOfBytes(rows),
          replacements,
        };
      });
    return files.length === 0 ? undefined : { hourMs, files };
  }

  #propose({ path, erasure, listedChecksum, foundChecksum, checksum, isRestored }: Replacement): boolean {
    const listed = this.#listed(path);
    const isKnown = isRestored || foundChecksum === listedChecksum || listed.replacements.has(foundChecksum);
    if (listed.checksum !== listedChecksum || !isKnown) return false;
    for (const replacement of listed.replacements.values()) replacement.by = erasure;
    if (!listed.replacements.has(checksum)) listed.replacements.set(checksum, { by: erasure, first: erasure });
    return true;
  }

  #settle({ path, erasure, checksum }: Replacement): boolean {
    const listed = this.#listed(path);
    if (listed.replacements.get(checksum)?.by !== erasure) return false;
    listed.checksum = checksum;
    listed.replacements.clear();
    return true;
  }

  #withdraw({ path, erasure, checksum }: Replacement): void {
    const { replacements } = this.#listed(path);
    const announced = replacements.get(checksum);
    if (announced?.by === erasure && announced.first === erasure) replacements.delete(checksum);
  }

  #stored(path: string): StoredFile {
    const stored = this.files.get(path);
    if (stored === undefined) throw new TypeError(`no file ${path}`);
    return stored;
  }

  #listed(path: string): ListedFile {
    const listed = this.manifest.get(path);
    if (listed === undefined) throw new TypeError(`the manifest has no ${path}`);
    return listed;
  }
}

function rowsOfUsers(firstOffset: number, ids: readonly string[]): EventColumns {
  const builder = new EventColumnsBuilder(0);
  const interners = new EventInterners();
  for (const [index, id] of ids.entries()) {
    const event = { eventTimeMs: HOUR + index, id, antennaId: 'north', bytes: index + 1, app: 'SKYPE' };
    builder.append(firstOffset + index, interners.intern(event));
  }
  return builder.build();
}

function checksumOf({ offset, id }: EventColumns): string {
  const texts = Array.from(id.codes.keys(), textsOfRows(id));
  return createHash('sha256')
    .update(JSON.stringify([...offset, ...texts]))
    .digest('hex');
}
