import { seededChance } from '@antenna/simulator';
import { FAULT_KINDS } from './faults/catalogue.ts';
import { deck, schedule, type ScheduleOptions } from './schedule.ts';

function aSchedule(parts: Partial<ScheduleOptions> = {}) {
  return schedule({
    seed: 7,
    archive: 'gcs',
    durationMs: 600_000,
    kills: 60,
    others: 60,
    kinds: FAULT_KINDS,
    dealtTo: ['local', 'gcs'],
    ...parts,
  });
}

function texts(planned: ReturnType<typeof aSchedule>): readonly string[] {
  return planned.map(({ afterMs, fault }) => `${afterMs} ${fault.text}`);
}

describe('the schedule of faults', () => {
  it('is the same for the same seed', () => {
    expect(texts(aSchedule())).toEqual(texts(aSchedule()));
  });

  it('is another for another seed', () => {
    expect(texts(aSchedule({ seed: 8 }))).not.toEqual(texts(aSchedule()));
  });

  it('takes about as long as asked', () => {
    const tookMs = aSchedule().reduce((sum, { afterMs }) => sum + afterMs, 0);
    expect(tookMs).toBeGreaterThan(400_000);
    expect(tookMs).toBeLessThan(800_000);
  });

  it('has each kind of fault that the archive allows, and no other', () => {
    const names = (archive: 'local' | 'gcs') => new Set(aSchedule({ archive }).map(({ fault }) => fault.name));
    expect([...names('gcs')].filter((name) => name.includes('GCS'))).toHaveLength(7);
    expect(names('gcs')).not.toContain('disk of the archive full');
    expect([...names('local')].filter((name) => name.includes('GCS'))).toEqual([]);
    expect(names('local')).toContain('disk of the archive full');
  });

  it('has each kind of fault in one of the archives of a run, however short', () => {
    const short = (['local', 'gcs'] as const).flatMap((archive) => aSchedule({ archive, kills: 0, others: 0 }));
    expect(short).toHaveLength(FAULT_KINDS.length);
  });

  it('gives the kinds of one resource to the archives of a run so that all take about as long', () => {
    const kafka = (archive: 'local' | 'gcs') =>
      aSchedule({ archive, kills: 0, others: 0 }).filter(({ fault }) => fault.resource === 'kafka');
    const isTruncated = ({ fault }: ReturnType<typeof kafka>[number]) => fault.name.includes('truncated');
    const [other, withTruncation] = [kafka('local'), kafka('gcs')].toSorted(
      (left, right) => Number(left.some(isTruncated)) - Number(right.some(isTruncated)),
    );
    expect(withTruncation!.length).toBeLessThan(other!.length / 2);
  });

  it('has only the faults that were asked for, beside the kills', () => {
    const names = new Set(aSchedule({ only: 'standby promoted' }).map(({ fault }) => fault.name));
    expect(names).toEqual(new Set(['standby promoted', 'SIGKILL']));
  });

  it('kills as many workers as asked, at failpoints and at any instant', () => {
    const kills = aSchedule({ kills: 61 })
      .filter(({ fault }) => fault.name === 'SIGKILL')
      .map(({ fault }) => fault.text);
    const atOnce = kills.reduce((sum, text) => sum + Number(/kill (\d)/.exec(text)?.[1]), 0);
    const atFailpoints = kills.flatMap((text) => text.match(/\w+:[\w-]+:\d/g) ?? []);
    expect(atOnce + atFailpoints.length).toBe(61);
    expect(atFailpoints.length).toBeGreaterThan(10);
  });

  it('comes to every failpoint in turn', () => {
    const points = aSchedule({ kills: 100 }).flatMap(({ fault }) => fault.text.match(/\w+:[\w-]+(?=:\d)/g) ?? []);
    expect(new Set(points.slice(0, 12)).size).toBeGreaterThan(6);
    expect(new Set(points).size).toBe(12);
  });
});

describe('cards of a deck', () => {
  it('are dealt each once before any comes again', () => {
    const dealt = deck(['a', 'b', 'c'], 7, seededChance(1));
    expect(dealt.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(dealt.slice(3, 6).toSorted()).toEqual(['a', 'b', 'c']);
    expect(dealt).toHaveLength(7);
  });

  it('are none when there are none', () => {
    expect(deck([], 3, seededChance(1))).toEqual([]);
  });
});
