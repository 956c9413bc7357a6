import type { RejectionReason } from '../decoded.ts';
import { ARRIVED_MS, type CorpusRecord, ofText, usualEvent, usualJson } from './corpus-record.ts';

/** 2022-10-29T13:00:00Z */
const ONE_O_CLOCK = 1_667_048_400_000;

/** A record with this JSON in the field `timestamp`, and the expected event time or rejection reason. */
function timestamp(name: string, json: string, expected: number | RejectionReason): CorpusRecord {
  const expectedResult = typeof expected === 'number' ? usualEvent({ eventTimeMs: expected }) : expected;
  return ofText(`timestamp: ${name}`, usualJson({ timestamp: json }), expectedResult);
}

function arrivedAt(recordTimestampMs: number, record: CorpusRecord): CorpusRecord {
  return { ...record, recordTimestampMs };
}

const isoForms: readonly CorpusRecord[] = [
  timestamp('with milliseconds', '"2022-10-29T13:00:00.123Z"', ONE_O_CLOCK + 123),
  timestamp('with tenths of a second', '"2022-10-29T13:00:00.5Z"', ONE_O_CLOCK + 500),
  timestamp('with a decimal comma', '"2022-10-29T13:00:00,25Z"', ONE_O_CLOCK + 250),
  timestamp('with microseconds, which are cut', '"2022-10-29T13:00:00.123999Z"', ONE_O_CLOCK + 123),
  timestamp('with 40 nines, which are cut', `"2022-10-29T13:00:00.${'9'.repeat(40)}Z"`, ONE_O_CLOCK + 999),
  timestamp('with an offset', '"2022-10-29T15:00:00+02:00"', ONE_O_CLOCK),
  timestamp('with an offset of half an hour', '"2022-10-29T07:30:00.000-05:30"', ONE_O_CLOCK),
  timestamp('with an offset without colon', '"2022-10-29T15:00:00+0200"', ONE_O_CLOCK),
  timestamp('with an offset of hours', '"2022-10-29T15:00:00+02"', ONE_O_CLOCK),
  timestamp('with an offset of minus zero', '"2022-10-29T13:00:00-00:00"', ONE_O_CLOCK),
  timestamp('with an offset into another day', '"2022-10-30T01:00:00+12:00"', ONE_O_CLOCK),
  timestamp('without an offset', '"2022-10-29T13:00:00"', ONE_O_CLOCK),
  timestamp('in the hour that a summer time repeats', '"2021-10-31T02:30:00"', 1_635_647_400_000),
  timestamp('without seconds', '"2022-10-29T13:00Z"', ONE_O_CLOCK),
  timestamp('without minutes', '"2022-10-29T13Z"', ONE_O_CLOCK),
  timestamp('in small letters', '"2022-10-29t13:00:00z"', ONE_O_CLOCK),
  timestamp('in the basic format', '"20221029T130000Z"', ONE_O_CLOCK),
  timestamp('by week', '"2022-W43-6T13:00:00Z"', ONE_O_CLOCK),
  timestamp('by day of the year', '"2022-302T13:00:00Z"', ONE_O_CLOCK),
  timestamp('with a year of six digits', '"+002022-10-29T13:00:00Z"', ONE_O_CLOCK),
  timestamp('with escapes', '"2022-10-29\\u005413:00:00Z"', ONE_O_CLOCK),
  timestamp('on a leap day', '"2020-02-29T00:00:00Z"', 1_582_934_400_000),
  timestamp('at 24:00', '"2022-10-28T24:00:00Z"', 1_667_001_600_000),
  timestamp('at the last instant of an hour', '"2022-10-29T12:59:59.999Z"', ONE_O_CLOCK - 1),
];

const noIsoForms: readonly CorpusRecord[] = [
  timestamp('an empty text', '""', 'invalid_timestamp'),
  timestamp('a word', '"now"', 'invalid_timestamp'),
  timestamp('a date without a time', '"2022-10-29"', 'invalid_timestamp'),
  timestamp('a date with a T alone', '"2022-10-29T"', 'invalid_timestamp'),
  timestamp('a time without a date', '"13:00:00Z"', 'invalid_timestamp'),
  timestamp('a time without a date, with T', '"T13:00:00"', 'invalid_timestamp'),
  timestamp('a month with a time', '"2022-10T13:00:00Z"', 'invalid_timestamp'),
  timestamp('a year with a time', '"2022T13:00:00Z"', 'invalid_timestamp'),
  timestamp('a space for T', '"2022-10-29 13:00:00"', 'invalid_timestamp'),
  timestamp('spaces around', '" 2022-10-29T13:00:00Z "', 'invalid_timestamp'),
  timestamp('a line end after', '"2022-10-29T13:00:00Z\\n"', 'invalid_timestamp'),
  timestamp('a named zone', '"2022-10-29T13:00:00+02:00[Europe/Madrid]"', 'invalid_timestamp'),
  timestamp('an offset of 25 hours', '"2022-10-29T13:00:00+25:00"', 'invalid_timestamp'),
  timestamp('an offset of 60 minutes', '"2022-10-29T13:00:00+01:60"', 'invalid_timestamp'),
  timestamp('a point without digits', '"2022-10-29T13:00:00.Z"', 'invalid_timestamp'),
  timestamp('one digit for the month', '"2022-1-29T13:00:00Z"', 'invalid_timestamp'),
  timestamp('Arabic digits', '"٢٠٢٢-١٠-٢٩T13:00:00Z"', 'invalid_timestamp'),
  timestamp('an e-mail date', '"Sat, 29 Oct 2022 13:00:00 GMT"', 'invalid_timestamp'),
  timestamp('an interval', '"2022-10-29T13:00:00Z/PT1H"', 'invalid_timestamp'),
  timestamp('an epoch as a text', '"1667048400"', 'invalid_timestamp'),
];

const noInstants: readonly CorpusRecord[] = [
  timestamp('the 30th of February', '"2022-02-30T13:00:00Z"', 'invalid_timestamp'),
  timestamp('the 29th of February of another year', '"2022-02-29T13:00:00Z"', 'invalid_timestamp'),
  timestamp('the 31st of April', '"2022-04-31T13:00:00Z"', 'invalid_timestamp'),
  timestamp('month 13', '"2022-13-01T13:00:00Z"', 'invalid_timestamp'),
  timestamp('month 0', '"2022-00-01T13:00:00Z"', 'invalid_timestamp'),
  timestamp('day 0', '"2022-10-00T13:00:00Z"', 'invalid_timestamp'),
  timestamp('day 366 of another year', '"2022-366T13:00:00Z"', 'invalid_timestamp'),
  timestamp('week 53 of another year', '"2022-W53-1T13:00:00Z"', 'invalid_timestamp'),
  timestamp('24:00:01', '"2022-10-28T24:00:01Z"', 'invalid_timestamp'),
  timestamp('hour 25', '"2022-10-29T25:00:00Z"', 'invalid_timestamp'),
  timestamp('minute 60', '"2022-10-29T12:60:00Z"', 'invalid_timestamp'),
  timestamp('a leap second', '"2016-12-31T23:59:60Z"', 'invalid_timestamp'),
];

const numbers: readonly CorpusRecord[] = [
  timestamp('epoch seconds', '1667048400', ONE_O_CLOCK),
  timestamp('epoch milliseconds', '1667048400123', ONE_O_CLOCK + 123),
  timestamp('epoch seconds with a fraction of zero', '1667048400.0', ONE_O_CLOCK),
  timestamp('epoch seconds with an exponent', '16670484e2', ONE_O_CLOCK),
  timestamp('the least number of milliseconds', '100000000000', 100_000_000_000),
  timestamp('zero', '0', 0),
  timestamp('minus zero', '-0', 0),
  timestamp('epoch seconds with a fraction', '1667048400.5', 'invalid_timestamp'),
  timestamp('a number beyond all doubles', '1e400', 'invalid_timestamp'),
  timestamp('a number past 2^53', '9007199254740993', 'invalid_timestamp'),
  timestamp('null', 'null', 'invalid_timestamp'),
  timestamp('true', 'true', 'invalid_timestamp'),
  timestamp('an array', '[1667048400]', 'invalid_timestamp'),
  timestamp('an object', '{"seconds":1667048400}', 'invalid_timestamp'),
];

const before1970: readonly CorpusRecord[] = [
  timestamp('the first instant of 1970', '"1970-01-01T00:00:00Z"', 0),
  timestamp('the last instant of 1969', '"1969-12-31T23:59:59.999Z"', 'before_1970'),
  timestamp('1970 in the east', '"1970-01-01T00:00:00+01:00"', 'before_1970'),
  timestamp('year 0', '"0000-01-01T00:00:00Z"', 'before_1970'),
  timestamp('a negative year', '"-000044-03-15T12:00:00Z"', 'before_1970'),
  timestamp('minus one second', '-1', 'before_1970'),
  timestamp('minus 100,000,000,000 milliseconds', '-100000000000', 'before_1970'),
  timestamp('a very negative number', '-1e300', 'before_1970'),
];

const clocks: readonly CorpusRecord[] = [
  timestamp('an hour ahead', '"2022-10-29T15:00:00Z"', ARRIVED_MS + 3_600_000),
  timestamp('an hour and a millisecond ahead', '"2022-10-29T15:00:00.001Z"', 'wrong_clock'),
  timestamp('years ahead', '"2099-01-01T00:00:00Z"', 'wrong_clock'),
  timestamp('the greatest number of seconds', '99999999999', 'wrong_clock'),
  timestamp('the last instant of 9999', '"9999-12-31T23:59:59.999Z"', 'wrong_clock'),
  timestamp('the first instant after 9999', '253402300800000', 'invalid_timestamp'),
  timestamp('the year 10000', '"+010000-01-01T00:00:00Z"', 'invalid_timestamp'),
  arrivedAt(0, timestamp('an hour ahead of a record of 1970', '3600', 3_600_000)),
  arrivedAt(0, timestamp('more than an hour ahead of a record of 1970', '3600.001e3', 'wrong_clock')),
  arrivedAt(-1, timestamp('no record timestamp', '"2099-01-01T00:00:00Z"', 4_070_908_800_000)),
  arrivedAt(-1, timestamp('no record timestamp, end of 9999', '"9999-12-31T23:59:59.999Z"', 253_402_300_799_999)),
  arrivedAt(-1, timestamp('no record timestamp, after 9999', '253402300800000', 'invalid_timestamp')),
  arrivedAt(-1, timestamp('no record timestamp, greatest number of seconds', '99999999999', 99_999_999_999_000)),
];

/** Valid and invalid values of the field `timestamp`. */
export const timestamps: readonly CorpusRecord[] = [
  ...isoForms,
  ...noIsoForms,
  ...noInstants,
  ...numbers,
  ...before1970,
  ...clocks,
];
