import { countColumn, formatReport, instantColumn, plainColumn, type ReportColumns } from './report.ts';

interface Usage {
  readonly user: string;
  readonly bytes: bigint | undefined;
  readonly atMs: number;
  readonly isFinal: boolean;
}

const columns: ReportColumns<Usage> = {
  user: plainColumn(({ user }) => user),
  used_bytes: countColumn(({ bytes }) => bytes),
  read_at: instantColumn(({ atMs }) => atMs),
  state: { cell: ({ isFinal }) => (isFinal ? 'done' : 'open') },
  is_final: { value: ({ isFinal }) => isFinal },
};

const rows: readonly Usage[] = [
  { user: 'a "b",\nc', bytes: 9_007_199_254_740_993n, atMs: 1_667_048_400_000, isFinal: true },
  { user: '', bytes: undefined, atMs: 1_667_048_400_001, isFinal: false },
];

describe('a report as a table', () => {
  it('has the columns for people under headings without underscores, and the lines above and below the table', () => {
    const text = formatReport({ columns, rows: rows.slice(0, 1), above: ['topic t'], below: ['1 user'] }, 'table');
    expect(text).toMatch(/^topic t\n/);
    expect(text).toMatch(/user .* used bytes .* read at .* state/);
    expect(text).toContain('9,007,199,254,740,993');
    expect(text).not.toContain('is final');
    expect(text).toMatch(/\n1 user\n$/);
  });

  it('is a sentence when there is nothing to show', () => {
    expect(formatReport({ columns, rows: [], empty: 'nobody yet' }, 'table')).toBe('nobody yet\n');
  });
});

describe('a report as JSON', () => {
  it('is one array of objects, with integers beyond 2^53 exact and missing values null', () => {
    expect(formatReport({ columns, rows, above: ['topic t'], below: ['2 users'] }, 'json')).toBe(
      '[\n' +
        '{"user":"a \\"b\\",\\nc","used_bytes":9007199254740993,"read_at":"2022-10-29T13:00:00Z","is_final":true},\n' +
        '{"user":"","used_bytes":null,"read_at":"2022-10-29T13:00:00.001Z","is_final":false}\n' +
        ']\n',
    );
  });

  it('is an empty array when there is nothing to show', () => {
    expect(formatReport({ columns, rows: [], empty: 'nobody yet' }, 'json')).toBe('[]\n');
  });
});

describe('a report as CSV', () => {
  it('quotes fields as RFC 4180 requires, and distinguishes an empty text from a missing value', () => {
    expect(formatReport({ columns, rows, above: ['topic t'], below: ['2 users'] }, 'csv')).toBe(
      'user,used_bytes,read_at,is_final\r\n' +
        '"a ""b"",\nc",9007199254740993,2022-10-29T13:00:00Z,true\r\n' +
        '"",,2022-10-29T13:00:00.001Z,false\r\n',
    );
  });

  it('has its headings when there is nothing to show', () => {
    expect(formatReport({ columns, rows: [], empty: 'nobody yet' }, 'csv')).toBe(
      'user,used_bytes,read_at,is_final\r\n',
    );
  });
});
