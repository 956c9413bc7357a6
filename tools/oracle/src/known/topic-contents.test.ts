import { Findings } from './findings.ts';
import { KnownRecords } from './known-records.ts';
import { checkTopic } from './topic-contents.ts';

/** Offsets 1 and 3 of partition 0 are known. @returns what is found when these are committed. */
async function foundWith(committed: readonly number[], low = 0, claim = () => false): Promise<readonly string[]> {
  const known = new KnownRecords(1);
  known.add(0, 1, ['not_json']);
  known.add(0, 3, ['not_json']);
  const findings = new Findings();
  const firstOffsets = new Map([[0, low]]);
  await checkTopic({ committed: placesOf(committed), firstOffsets, replays: { claim } }, known, findings);
  return findings.lines();
}

async function* placesOf(offsets: readonly number[]) {
  for (const offset of offsets) yield await Promise.resolve({ partition: 0, offset });
}

describe('the committed records of a topic against what is known', () => {
  it('agree when each known record is committed and no other', async () => {
    expect(await foundWith([1, 3])).toEqual([]);
  });

  it('differ when a record is committed that is not known, as one of an aborted transaction', async () => {
    expect(await foundWith([1, 2, 3])).toEqual(['committed record that is not known: 1 (0/2)']);
  });

  it('agree when one that is not known was sent again by an operator whose answer was lost', async () => {
    expect(await foundWith([1, 2, 3], 0, () => true)).toEqual([]);
  });

  it('differ when a known record is not committed', async () => {
    expect(await foundWith([1])).toEqual(['known record that is not committed: 1 (0/3)']);
  });

  it('are not compared where the topic no longer has its records', async () => {
    expect(await foundWith([3], 2)).toEqual([]);
  });
});
