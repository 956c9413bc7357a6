import type { UsageEvent } from '@antenna/event-schema';
import type { ArchivedEvent } from '../stored/archive.ts';
import { ArchivedEvents } from './archived-events.ts';
import { Findings } from './findings.ts';
import { KnownRecords } from './known-records.ts';

const event: UsageEvent = { eventTimeMs: 1_667_048_400_000, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE' };

/** The events of a file, at these offsets of partition 0. */
function aFile(offsets: readonly number[], bytes = event.bytes): readonly ArchivedEvent[] {
  return offsets.map((offset) => ({ ...event, bytes, partition: 0, offset }));
}

/** Offsets 0 and 2 are events, 1 is none. @returns what is found when these files are all. */
function foundIn(files: readonly (readonly ArchivedEvent[])[], lost: readonly number[] = []): readonly string[] {
  const known = new KnownRecords(1);
  known.add(0, 0, [event, 'not_json', event]);
  const findings = new Findings();
  const events = new ArchivedEvents(known, findings);
  for (const each of files.flat()) events.add(each);
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

  it('may be missing where the loss was acknowledged', () => {
    expect(foundIn([aFile([0])], [2])).toEqual([]);
  });

  describe('whose log was truncated', () => {
    /** Offset 2 was another event before. @returns what is found with these files, by the generation of their log. */
    function foundAfterTruncation(files: readonly (readonly [readonly ArchivedEvent[], number])[]): readonly string[] {
      const known = new KnownRecords(1);
      known.add(0, 0, [event, 'not_json', event]);
      const other = { ...event, bytes: 6 };
      known.lose(0, 2, [other]);
      const findings = new Findings();
      const events = new ArchivedEvents(known, findings);
      for (const [file, generation] of files) for (const each of file) events.add(each, generation);
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
