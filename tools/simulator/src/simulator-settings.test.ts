import type { SettingsGroup } from '@antenna/cli';
import { sendingSettings } from './sending-settings.ts';
import { simulationSettings } from './simulation-settings.ts';

function read<T>(group: SettingsGroup<T>, given: Readonly<Record<string, string>>) {
  return group.read(({ flag }) => {
    const text = given[flag];
    return text === undefined ? undefined : { text, by: 'flag' };
  });
}

function problemsOf(given: Readonly<Record<string, string>>): readonly string[] {
  const reading = read(simulationSettings, given);
  return reading.ok ? [] : reading.problems;
}

describe('the settings of a simulation', () => {
  it('have defaults: four hours of the users, antennas and apps that the field has', () => {
    expect(read(simulationSettings, {})).toMatchObject({
      value: {
        fromMs: Date.parse('2022-10-29T13:00:00Z'),
        toMs: Date.parse('2022-10-29T17:00:00Z'),
        users: 20,
        antennas: 5,
        apps: ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'],
      },
    });
  });

  it.each([
    ['2022-10-29', '2022-10-29T00:00:00Z'],
    ['2022-10-29T14', '2022-10-29T14:00:00Z'],
    ['2022-10-29T14:30:15.5', '2022-10-29T14:30:15.500Z'],
    ['2022-10-29T16:00+02:00', '2022-10-29T14:00:00Z'],
  ])('read %s as %s', (from, instant) => {
    expect(read(simulationSettings, { from })).toMatchObject({ value: { fromMs: Date.parse(instant) } });
  });

  it('name all problems at once', () => {
    const given = { from: '13:00', to: '2022-13-01', events: '-1', apps: 'a,,b', 'late-share': '1.5' };
    expect(problemsOf(given).map((problem) => problem.split(':')[0])).toEqual([
      '--from',
      '--to',
      '--events',
      '--apps',
      '--late-share',
    ]);
  });

  it.each([
    [{ from: '2022-10-29T14', to: '2022-10-29T14' }, 'not after'],
    [{ to: '9000-01-01' }, 'wrong clocks'],
    [{ users: '0' }, 'nobody'],
    [{ from: '1969-12-31' }, '1970'],
  ])('refuse %j', (given, problem) => {
    expect(problemsOf(given)).toEqual([expect.stringContaining(problem)]);
  });

  it.each(['0', '1', '0.5', '.5', '1.0'])('take %s for a share', (share) => {
    expect(problemsOf({ 'malformed-share': share })).toEqual([]);
  });
});

describe('the settings of sending', () => {
  it('send as fast as possible by default', () => {
    expect(read(sendingSettings, {})).toMatchObject({
      value: { partitions: 4, rate: undefined, truthFile: undefined },
    });
  });

  it('refuse a truth file where it could not be written', () => {
    expect(read(sendingSettings, { truth: '/no/such/folder/truth.json' })).toMatchObject({ ok: false });
  });
});
