import { type Query, StoredTables } from '../stored/tables.ts';
import { Truth } from '../truth.ts';
import { Findings } from './findings.ts';
import { checkFloors, checkKeptBytes, isAbove } from './removed-rows.ts';

const FLOOR_MS = Date.UTC(2022, 10);
const event = { id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE' };

/** Tables in place of a database: every query returns these rows. */
function aTable(rows: readonly object[]): StoredTables {
  const query: Query = <Row>() => Promise.resolve(rows as readonly Row[]);
  return new StoredTables(query);
}

function aTruth(): Truth {
  const truth = new Truth();
  for (const minutes of [-130, -10, -9, 10]) truth.add({ ...event, eventTimeMs: FLOOR_MS + minutes * 60_000 });
  return truth;
}

describe('the rows that retention has removed', () => {
  const [earlier, last] = [
    { hour: '2022-10-31T21:00:00Z', bytes: 5n },
    { hour: '2022-10-31T23:00:00Z', bytes: 10n },
  ];

  it.each([
    ['are right when the bytes of every hour below the floor are kept', [earlier, last], []],
    ['are wrong when an hour is not kept', [last], ['missing']],
    ['are wrong when an hour is kept with too few bytes', [earlier, { ...last, bytes: 5n }], ['different']],
  ])('%s', (_, kept, kinds) => {
    const { differences } = checkKeptBytes(aTruth(), kept, FLOOR_MS);
    expect(differences.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('are those before the floor, and none without a floor', () => {
    const rows = [...aTruth().windows()];
    expect(rows.filter(isAbove(FLOOR_MS)).map(([key]) => key.slice(0, 20))).toEqual(
      Array<string>(3).fill('2022-11-01T00:10:00Z'),
    );
    expect(rows.filter(isAbove(undefined))).toHaveLength(rows.length);
  });

  it('are wrong below a floor that nobody has asked for', async () => {
    const findings = new Findings();
    const floors = [
      { kind: 'windows', floorMs: FLOOR_MS },
      { kind: 'hours', floorMs: FLOOR_MS },
    ];
    await checkFloors(aTable(floors), { windowsMs: FLOOR_MS }, findings);
    expect(findings.count).toBe(1);
  });
});
