import { prove } from '@antenna/oracle';
import { resultText } from './result-text.ts';
import { aDemo } from './testing/a-demo.ts';

describe('the result on the terminal', () => {
  it('shows a window, an hour, the users over quota and the proof', () => {
    const { truth, results } = aDemo();

    const text = resultText(results.database, prove(truth, results));

    expect(text).toContain('bytes, the 5-minute window from 2022-10-29 15:30 UTC');
    expect(text).toContain('bytes_hourly, the hour from 2022-10-29 15:00 UTC');
    expect(text).toMatch(/│ user \d .*│ .*,\d{3} │ .*│ SKYPE/);
    expect(text).toMatch(/│ user \d │ 2,000 │/);
    expect(text).toMatch(/✓ speed layer: bytes = the truth, by 5-minute window +[\d,]+ rows, 0 differences/);
    expect(text).not.toContain('✗');
    expect(text).not.toContain('example.com');
  });

  it('shows the rows that differ below their comparison', () => {
    const { truth, results } = aDemo();
    const checks = prove(truth, {
      ...results,
      database: { ...results.database, hours: results.database.hours.slice(1) },
    });

    const text = resultText(results.database, checks);

    expect(text).toMatch(/✗ batch layer: .* rows, 1 difference\n {2}1 rows differ.*\n {4}missing {4}2022-10-29T/);
  });
});
