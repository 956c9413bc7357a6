import { isProven } from './check.ts';
import { prove } from './proof.ts';
import type { DatabaseResults, StoredResults } from './proof.ts';
import { aUser, perfectResults } from './testing/perfect-results.ts';
import type { Fact } from './truth.ts';

/** Two users, of whom one is over quota in both hours, and four records that are no events. */
function aStream() {
  const at = (time: string) => Date.parse(`2022-10-29T${time}Z`);
  const event = (time: string, user: number, bytes: number): Fact => {
    return { eventTimeMs: at(time), id: aUser(user, 0n).id, antennaId: 'north', bytes, app: 'SKYPE' };
  };
  const facts = [
    ...([event('13:00:00', 1, 5), event('13:04:59', 2, 50), 'not_json', 'empty', event('13:05:00', 1, 7)] as const),
    ...(['not_json', 'not_json', event('14:59:59', 2, 70), event('14:10:00', 1, 10)] as const),
  ];
  return perfectResults(facts, [aUser(1, 12n), aUser(2, 40n)]);
}

type Change = (results: StoredResults) => StoredResults;

const inDatabase =
  (change: (database: DatabaseResults) => Partial<DatabaseResults>): Change =>
  (results) => ({ ...results, database: { ...results.database, ...change(results.database) } });

const oneMore = ([first, ...others]: DatabaseResults['windows']): DatabaseResults['windows'] => [
  { ...first!, value: first!.value + 1n },
  ...others,
];

/** The dead letters as a flood would leave them. */
function asRanges(deadLetters: DatabaseResults['deadLetters'], counted = (records: number) => records) {
  const groups = Map.groupBy(deadLetters, ({ partition, reason }) => `${partition} ${reason}`);
  const ranges = Array.from(groups.values(), (letters) => {
    const { partition, reason } = letters[0]!;
    const offsets = letters.map(({ offset }) => offset);
    const [firstOffset, lastOffset] = [Math.min(...offsets), Math.max(...offsets)];
    return { partition, reason, firstOffset, lastOffset, records: letters.length };
  });
  const [first, ...others] = ranges;
  return { deadLetters: [], deadLetterRanges: [{ ...first!, records: counted(first!.records) }, ...others] };
}

const aCorrection = {
  ...{ type: 'user_total_bytes', id: 'ana', oldValue: null, newValue: '1' },
  ...{ oldQuota: null, newQuota: null },
};

/** Each breaks one thing, and names what has to find it. */
const faults: readonly (readonly [fault: string, found: string[], change: Change])[] = [
  [
    'a window with one byte too many',
    ['speed layer: bytes', 'both: bytes'],
    inDatabase(({ windows }) => ({ windows: oneMore(windows) })),
  ],
  [
    'a window that is missing',
    ['speed layer: bytes', 'both: bytes'],
    inDatabase(({ windows }) => ({ windows: windows.slice(1) })),
  ],
  [
    'an hour with one byte too many',
    ['batch layer: bytes_hourly', 'both: bytes'],
    inDatabase(({ hours }) => ({ hours: oneMore(hours) })),
  ],
  [
    'an hour that is stored twice',
    ['batch layer: bytes_hourly', 'both: bytes'],
    inDatabase(({ hours }) => ({ hours: [...hours, hours[0]!] })),
  ],
  ['a day with one byte too many', ['batch layer: usage_daily'], inDatabase(({ days }) => ({ days: oneMore(days) }))],
  [
    'a user over quota who is missing',
    ['user_quota_limit'],
    inDatabase(({ overQuota }) => ({ overQuota: overQuota.slice(1) })),
  ],
  [
    'a dead letter with another reason',
    ['dead letters'],
    inDatabase(({ deadLetters: [first, ...others] }) => ({ deadLetters: [{ ...first!, reason: 'other' }, ...others] })),
  ],
  [
    'a dead letter that is missing',
    ['dead letters', 'every record'],
    inDatabase(({ deadLetters }) => ({ deadLetters: deadLetters.slice(1) })),
  ],
  [
    'a dead letter that is not counted among those of its range',
    ['dead letters', 'every record'],
    inDatabase(({ deadLetters }) => asRanges(deadLetters, (records) => records - 1)),
  ],
  ['a file that the manifest does not know', ['files of the archive'], inDatabase(() => ({ manifest: [] }))],
  [
    'a byte of a difference without a cause',
    ['reconciliation'],
    inDatabase(({ reconciliation: [first] }) => ({ reconciliation: [{ ...first!, unexplained: 1n }] })),
  ],
  [
    'a correction that the tables do not have',
    ['certified results'],
    inDatabase(({ certificates: [first] }) => ({
      corrections: [{ ...aCorrection, hourMs: first!.hourMs, runId: first!.runId + 1 }],
    })),
  ],
  [
    'a row that changed after its hour was certified, without a correction',
    ['batch layer: bytes_hourly', 'both: bytes', 'certified results'],
    inDatabase(({ hours }) => ({ hours: [...hours.slice(0, -1), { ...hours.at(-1)!, value: 1n }] })),
  ],
  ['an open intent', ['no chunk'], inDatabase(() => ({ openIntents: [{ partition: 0, offset: 7 }] }))],
  [
    'a record that is archived twice',
    ['every record'],
    ({ archive, ...rest }) => ({
      ...rest,
      archive: { ...archive, records: [...archive.records, archive.records[0]!] },
    }),
  ],
  [
    'a record that is nowhere',
    ['every record'],
    ({ topicEnds, ...rest }) => ({ ...rest, topicEnds: new Map([...topicEnds, [1, topicEnds.get(1)! + 1]]) }),
  ],
  [
    'an archived hour with one byte too many',
    ['archive, added up'],
    ({ archive, ...rest }) => ({ ...rest, archive: { ...archive, hours: oneMore(archive.hours) } }),
  ],
];

describe('the proof', () => {
  it('finds no difference where everything is right, and compares rows of every kind', () => {
    const { truth, results } = aStream();

    const checks = prove(truth, results);

    expect(checks.filter(({ differences }) => differences.length > 0)).toEqual([]);
    expect(isProven(checks)).toBe(true);
    expect(checks.filter(({ rows }) => rows === 0).map(({ title }) => title)).toEqual([
      'no chunk of the archive was left unfinished',
    ]);
  });

  it('marks the comparisons that differ until the batch layer has computed the hours', () => {
    const { truth, results } = aStream();
    const nothing = { hours: [], days: [], overQuota: [], certificates: [], reconciliation: [] };

    const checks = prove(truth, inDatabase(() => nothing)(results));

    const differing = checks.filter(({ differences }) => differences.length > 0);
    expect(differing.length).toBeGreaterThan(0);
    expect(checks.filter(({ needsHours }) => needsHours === true)).toEqual(differing);
  });

  it('knows dead letters that are stored as ranges', () => {
    const { truth, results } = aStream();

    const flooded = inDatabase(({ deadLetters }) => asRanges(deadLetters))(results);

    expect(isProven(prove(truth, flooded))).toBe(true);
  });

  it.each(faults)('finds %s, and nothing else', (_, found, change) => {
    const { truth, results } = aStream();

    const failed = prove(truth, change(results)).filter((check) => check.differences.length > 0);

    expect(isProven(failed)).toBe(false);
    expect(failed.map(({ title }) => found.find((beginning) => title.startsWith(beginning)))).toEqual(found);
  });

  it('names the row that differs', () => {
    const { truth, results } = aStream();
    const { id, type, value } = results.database.windows[0]!;
    const broken = inDatabase(({ windows }) => ({ windows: oneMore(windows) }))(results);

    expect(prove(truth, broken)[0]?.differences).toMatchObject([
      { kind: 'different', expected: value, actual: value + 1n },
    ]);
    expect(prove(truth, broken)[0]?.differences[0]?.key).toMatch(`Z ${type} ${id}`);
  });
});
