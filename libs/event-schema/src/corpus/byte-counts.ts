import { type CorpusRecord, ofText, usualEvent, usualJson } from './corpus-record.ts';

/** A record with this JSON in the field `bytes`; it is rejected unless a number is expected. */
function bytes(name: string, json: string, expected?: number): CorpusRecord {
  const expectedResult = expected === undefined ? 'invalid_bytes' : usualEvent({ bytes: expected });
  return ofText(`bytes: ${name}`, usualJson({ bytes: json }), expectedResult);
}

/** Valid and invalid values of the field `bytes`. */
export const byteCounts: readonly CorpusRecord[] = [
  bytes('zero', '0', 0),
  bytes('minus zero', '-0', 0),
  bytes('minus zero with a fraction', '-0.0', 0),
  bytes('a fraction of zero', '2.0', 2),
  bytes('an exponent', '1e3', 1000),
  bytes('a negative exponent that leaves an integer', '5000E-3', 5),
  bytes('2^40', '1099511627776', 2 ** 40),
  bytes('less than any double', '1e-400', 0),
  bytes('a fraction finer than a double holds', '1099511627776.00001', 2 ** 40),
  bytes('2^40 + 1', '1099511627777'),
  bytes('2^53', '9007199254740992'),
  bytes('past 2^53', '9007199254740993'),
  bytes('past 2^64', '18446744073709551617'),
  bytes('beyond all doubles', '1e400'),
  bytes('beyond all doubles, negative', '-1e400'),
  bytes('minus one', '-1'),
  bytes('a half', '0.5'),
  bytes('an integer and a half', '1.5'),
  bytes('the least double', '5e-324'),
  bytes('a number as a text', '"12"'),
  bytes('an empty text', '""'),
  bytes('null', 'null'),
  bytes('true', 'true'),
  bytes('an array', '[12]'),
  bytes('an object', '{"value":12}'),
];
