import { prove } from '@antenna/oracle';
import { aDemo } from '../testing/a-demo.ts';
import { reportPage, type Story } from './report-page.ts';

function aStory(overrides: Partial<Story> = {}): Story {
  const { truth, results } = aDemo();
  return {
    fromMs: Date.parse('2022-10-29T13:00:00Z'),
    toMs: Date.parse('2022-10-29T18:00:00Z'),
    madeAtMs: Date.parse('2026-11-23T10:00:00Z'),
    records: 400,
    lateEvents: 8,
    results: results.database,
    checks: prove(truth, results),
    ...overrides,
  };
}

/** Texts of the SVG, charts alone. */
function chartTexts(page: string): Set<string> {
  const charts = Array.from(page.matchAll(/<svg.*?<\/svg>/gs), ([svg]) => svg).join('');
  return new Set(Array.from(charts.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text]) => text!));
}

function titles(page: string): string[] {
  return Array.from(page.matchAll(/<h2[^>]*>([^<]*)<\/h2>/g), ([, title]) => title!);
}

describe('the report', () => {
  it('needs nothing but itself', () => {
    const page = reportPage(aStory());

    expect(/https?:|\/\/[a-z]|@import|url\((?!#)|<script|<link|<img|<iframe|\bsrc=/i.exec(page)).toBeNull();
    expect(/undefined|NaN|\[object/.exec(page)).toBeNull();
  });

  it('charts every user, antenna and app', () => {
    const texts = chartTexts(reportPage(aStory()));

    const users = ['user 1', 'user 2', 'user 3', 'user 4', 'user 5', 'user 6'];
    const unknown = ['unknown …0001', 'unknown …0002'];
    const antennas = ['00000000…0000', '11111111…1111', '22222222…2222', '33333333…3333', '44444444…4444'];
    const apps = ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'];
    const types = ['one user', 'one antenna', 'one app'];
    for (const label of [...users, ...unknown, ...antennas, ...apps, ...types]) expect(texts).toContain(label);
  });

  it('has the numbers of every chart in a table', () => {
    const page = reportPage(aStory());

    expect(page.match(/<svg/g)).toHaveLength(7);
    expect(page.match(/<details>/g)).toHaveLength(7);
    expect(titles(page)).toEqual([
      'Proof',
      'Flow by user',
      'Flow by antenna',
      'Flow by app',
      'Average bytes a minute, by type',
      'Hourly totals by antenna',
      'Hourly totals by app',
      'Users over their quota',
      'Dead letters by reason',
    ]);
  });

  it('marks the users over quota, and shows no e-mail address', () => {
    const story = aStory();

    const page = reportPage(story);

    expect(story.results.overQuota.length).toBeGreaterThan(0);
    expect(page.match(/aria-label="over quota"/g)).toHaveLength(story.results.overQuota.length);
    expect(page).not.toContain('example.com');
  });

  it('says that all was proven only when it was', () => {
    const { truth, results } = aDemo();
    const checks = prove(truth, { ...results, database: { ...results.database, hours: [] } });

    expect(reportPage(aStory())).toContain('✓ Proven');
    const page = reportPage(aStory({ checks }));
    expect(page).not.toContain('✓ Proven');
    expect(page).toContain('✗ Not proven');
    expect(page).toMatch(/missing {4}2022-10-29T13:00:00Z user_total_bytes/);
  });

  it('shows names as text, even if they look like HTML', () => {
    const { results } = aStory();
    const users = results.users.map((user) => ({ ...user, name: `<b onclick="x">${user.id}&` }));

    const page = reportPage(aStory({ results: { ...results, users } }));

    expect(page).not.toContain('<b ');
    expect(page).toContain('&lt;b onclick=&quot;x&quot;&gt;00000000');
  });
});
