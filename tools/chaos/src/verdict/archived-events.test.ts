import type { UsageEvent } from '@antenna/event-schema';
import type { EventColumns } from '@antenna/archive-format';
import { KnownRecords } from '../feed/known-records.ts';
import { ArchivedEvents } from './archived-events.ts';
import { Findings } from './findings.ts';

const event: UsageEvent = { eventTimeMs: 1_667_048_400_000, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE' };

/** A file with the event at these offsets of partition 0. */
function aFile(offsets: readonly number[], bytes = event.bytes): EventColumns {
  const rows = offsets.length;
  const text = (value: string) => ({ values: [value], codes: new Int32Array(rows) });
  return {
    rows,
    partition: 0,
    offset: Float64Array.from(offsets),
    eventTimeMs: new Float64Array(rows).fill(event.eventTimeMs),
    bytes: new Float64Array(rows).fill(bytes),
    id: text(event.id),
    antennaId: text(event.antennaId),
    app: text(event.app),
  };
}

/** Offsets 0 and 2 are events, 1 is none. @returns what is found when these files are all. */
function foundIn(files: readonly EventColumns[], lost: readonly number[] = []): readonly string[] {
  const known = new KnownRecords(1);
  known.add(0, 0, [event, 'not_json', event]);
  const findings = new Findings();
  const events = new ArchivedEvents(known, findings);
  for (const file of files) events.add(file);
  events.findMissing((_partition, offset) => lost.includes(offset));
  return findings.lines();
}

describe('the archived events against what is known', () => {
  it('are right when each event is there once, and nothing else', () => {
    expect(foundIn([aFile([0]), aFile([2])])).toEqual([]);
  });

  it.each([
    ['is missing', [aFile([0])], 'archived event missing: 1 (0/2)'],
    ['is there twice', [aFile([0, 2]), aFile([2])], 'archived event twice: 1 (0/2)'],
    ['has other contents', [aFile([0]), aFile([2], 6)], 'archived event with other contents: 1 (0/2)'],
    ['was no event', [aFile([0, 1, 2])], 'archived event that was never committed: 1 (0/1)'],
    ['was never committed', [aFile([0, 2, 3])], 'archived event that was never committed: 1 (0/3)'],
  ])('are wrong when one %s', (_what, files, line) => {
    expect(foundIn(files)).toEqual([line]);
  });

  it('may be missing where somebody has accepted the loss', () => {
    expect(foundIn([aFile([0])], [2])).toEqual([]);
  });

  describe('whose log was truncated', () => {
    /** Offset 2 was another event before. @returns what is found with these files, by the generation of their log. */
    function foundAfterTruncation(files: readonly (readonly [EventColumns, number])[]): readonly string[] {
      const known = new KnownRecords(1);
      known.add(0, 0, [event, 'not_json', event]);
      const other = { ...event, bytes: 6 };
      known.lose(0, 2, [other]);
      const findings = new Findings();
      const events = new ArchivedEvents(known, findings);
      for (const [file, generation] of files) events.add(file, generation);
      events.findMissing(
        () => false,
        known.lost.map((lost) => ({ lost, offset: 2, event: other })),
      );
      return findings.lines();
    }

    it('are right when the event that was lost is there beside the one at its offset', () => {
      expect(
        foundAfterTruncation([
          [aFile([0]), 0],
          [aFile([2], 6), 0],
          [aFile([2]), 1],
        ]),
      ).toEqual([]);
    });

    it('are wrong when the event that was lost is missing', () => {
      expect(
        foundAfterTruncation([
          [aFile([0]), 0],
          [aFile([2]), 1],
        ]),
      ).toEqual(['archived event missing: 1 (0/2 of generation 0)']);
    });

    it('are wrong when a file of the log before holds the event that came later', () => {
      expect(
        foundAfterTruncation([
          [aFile([0, 2]), 0],
          [aFile([2]), 1],
        ]),
      ).toEqual(['archived event with other contents: 1 (0/2 of generation 0)']);
    });
  });
});
