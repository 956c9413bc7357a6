import { hourDifferences, sentDifferences } from './quota-events.ts';

const HOUR = '2022-10-29T13:00:00.000Z';

function stored(state: string, sequence = 1) {
  return { id: 'ana', sequence: String(sequence), hour: HOUR, state, usage: '81', quota: '100' };
}

function message(state: string, sequence = 1, usageBytes = '81') {
  const id = `${HOUR}/${state}/100/ana`;
  const event = { id, subject: 'ana', sequence: String(sequence), data: { userId: 'ana', usageBytes } };
  return { key: 'ana', value: JSON.stringify(event) };
}

const EVENTS = [stored('warned', 1), stored('exceeded', 2)];

describe('the comparison of the sent quota events with the stored ones', () => {
  it('finds nothing when each is sent, also twice', () => {
    const [warned, exceeded] = [message('warned', 1), message('exceeded', 2)];
    expect(sentDifferences(EVENTS, [warned, exceeded, warned, exceeded])).toEqual([]);
  });

  it.each([
    ['an event that is missing', [message('warned', 1)], 'not sent'],
    [
      'an event that is not stored',
      [message('warned', 1), message('exceeded', 2), message('confirmed', 3)],
      'sent and not',
    ],
    ['events in another order', [message('exceeded', 2), message('warned', 1)], 'expected 1'],
    ['another content', [message('warned', 1), message('exceeded', 2, '82')], 'sent otherwise'],
  ])('finds %s', (_, messages, difference) => {
    expect(sentDifferences(EVENTS, messages).join('\n')).toContain(difference);
  });
});

describe('the comparison of the events of a quota hour with its usage', () => {
  const hour = { id: 'ana', hour: HOUR, counted: '120', computed: '120', quota: '100', isFinal: true };
  const usages: Readonly<Record<string, string>> = { warned: '80', withdrawn: '90' };

  /** The events of the hour, each with a usage that agrees with its state. */
  function events(states: readonly string[]) {
    return states.map((state) => ({ ...stored(state), usage: usages[state] ?? '110' }));
  }

  it.each([
    ['a user below 80 %', { ...hour, counted: '79', computed: '79' }, []],
    ['a user at 80 %', { ...hour, counted: '80', computed: '80' }, ['warned']],
    ['a user over quota', hour, ['warned', 'exceeded', 'confirmed']],
    ['a user over quota of whom the stream knew too little', { ...hour, counted: '80' }, ['warned', 'exceeded_late']],
    ['a user of whom the archive knows less', { ...hour, computed: '90' }, ['warned', 'exceeded', 'withdrawn']],
    [
      'a warned user of whom the archive knows less',
      { ...hour, counted: '80', computed: '79' },
      ['warned', 'withdrawn'],
    ],
    ['an hour that is not final', { ...hour, isFinal: false }, ['warned', 'exceeded']],
  ])('finds nothing for %s', (_, of, states) => {
    expect(hourDifferences(of, events(states))).toEqual([]);
  });

  it.each([
    ['no warning', { ...hour, counted: '80', computed: '80' }, []],
    ['not reported as exceeded', hour, ['warned']],
    ['more than was counted', { ...hour, counted: '79', computed: '79' }, ['warned']],
    ['a state twice', hour, ['warned', 'exceeded', 'exceeded', 'confirmed']],
    ['not confirmed', hour, ['warned', 'exceeded']],
    ['not withdrawn', { ...hour, computed: '100' }, ['warned', 'exceeded', 'confirmed']],
    ['a warning that is not withdrawn', { ...hour, counted: '80', computed: '79' }, ['warned']],
    ['a warning after', hour, ['exceeded_late', 'warned']],
  ])('finds: %s', (difference, of, states) => {
    expect(hourDifferences(of, events(states)).join('\n')).toContain(difference);
  });

  it.each([
    ['warned', '79'],
    ['exceeded', '100'],
    ['confirmed', '100'],
    ['withdrawn', '101'],
  ])('finds %s at a usage of %s of 100', (state, usage) => {
    expect(hourDifferences(hour, [{ ...stored(state), usage }]).join('\n')).toContain('contradict');
  });
});
