import { type CorpusRecord, ofBytes, ofText, usualEvent, usualJson } from './corpus-record.ts';

/** Not UTF-8. `7b 22 61 22 3a 22 … 22 7d` is {"a":"…"}. */
const invalidUtf8: readonly CorpusRecord[] = [
  ofBytes('a continuation byte alone', '7b 22 61 22 3a 22 80 22 7d', 'invalid_utf8'),
  ofBytes('NUL in two bytes', '7b 22 61 22 3a 22 c0 80 22 7d', 'invalid_utf8'),
  ofBytes('a slash in three bytes', '7b 22 61 22 3a 22 e0 80 af 22 7d', 'invalid_utf8'),
  ofBytes('a surrogate in three bytes (CESU-8)', '7b 22 61 22 3a 22 ed a0 80 ed b0 80 22 7d', 'invalid_utf8'),
  ofBytes('a code point past U+10FFFF', '7b 22 61 22 3a 22 f4 90 80 80 22 7d', 'invalid_utf8'),
  ofBytes('a sequence of five bytes', '7b 22 61 22 3a 22 f8 88 80 80 80 22 7d', 'invalid_utf8'),
  ofBytes('a character cut by the next', '7b 22 61 22 3a 22 e2 82 22 7d', 'invalid_utf8'),
  ofBytes('a character cut by the end', '7b 22 61 22 3a 22 e2 82', 'invalid_utf8'),
  ofBytes('Latin-1', '7b 22 61 22 3a 22 63 61 66 e9 22 7d', 'invalid_utf8'),
  ofBytes('UTF-16 with a byte order mark', 'ff fe 7b 00 7d 00', 'invalid_utf8'),
  ofBytes('gzip', '1f 8b 08 00 00 00 00 00 00 03', 'invalid_utf8'),
  ofBytes('the byte ff alone', 'ff', 'invalid_utf8'),
];

/** Valid UTF-8, but not JSON. */
const notJson: readonly CorpusRecord[] = [
  ofBytes('a byte order mark before the object', 'ef bb bf 7b 7d', 'not_json'),
  ofBytes('UTF-16 without a byte order mark', '7b 00 7d 00', 'not_json'),
  ofBytes('a schema registry header', '00 00 00 00 01 7b 7d', 'not_json'),
  ofBytes('a NUL alone', '00', 'not_json'),
  ofText('spaces alone', '   ', 'not_json'),
  ofText('a line end and a tab alone', '\r\n\t', 'not_json'),
  ofText('plain text', 'hello', 'not_json'),
  ofText('CSV', '2022-10-29T13:00:00Z,1,1,512,SKYPE', 'not_json'),
  ofText('XML', '<event bytes="512"/>', 'not_json'),
  ofText('an object that is cut', usualJson().slice(0, -1), 'not_json'),
  ofText('an object with something after it', `${usualJson()}x`, 'not_json'),
  ofText('two objects', `${usualJson()}\n${usualJson()}`, 'not_json'),
  ofText('a NUL after the object', `${usualJson()}\0`, 'not_json'),
  ofText('a comma after the last field', usualJson().replace('}', ',}'), 'not_json'),
  ofText('a comment', `${usualJson()} // event`, 'not_json'),
  ofText('single quotes', usualJson().replaceAll('"', "'"), 'not_json'),
  ofText('a raw NUL in a text', usualJson({ app: '"SKY\0PE"' }), 'not_json'),
  ofText('a raw tab in a text', usualJson({ app: '"SKY\tPE"' }), 'not_json'),
  ofText('an unknown escape', usualJson({ app: '"SKY\\x41"' }), 'not_json'),
  ofText('NaN', usualJson({ bytes: 'NaN' }), 'not_json'),
  ofText('Infinity', usualJson({ bytes: 'Infinity' }), 'not_json'),
  ofText('undefined', usualJson({ bytes: 'undefined' }), 'not_json'),
  ofText('a hexadecimal number', usualJson({ bytes: '0x10' }), 'not_json'),
  ofText('a number with a leading zero', usualJson({ bytes: '012' }), 'not_json'),
  ofText('a number with a plus', usualJson({ bytes: '+5' }), 'not_json'),
  ofText('a number without an integer part', usualJson({ bytes: '.5' }), 'not_json'),
  ofText('a big integer', usualJson({ bytes: '5n' }), 'not_json'),
  ofText('100,000 arrays that are not closed', '['.repeat(100_000), 'not_json'),
];

const harmless: readonly CorpusRecord[] = [
  ofText('spaces around everything', ` \r\n\t${usualJson().replaceAll(/(?<="):|[,{}]/g, ' $& ')} \n`, usualEvent()),
  ofText('a text of more than one script', usualJson({ app: '"Σκάιπ 電話 📞"' }), usualEvent({ app: 'Σκάιπ 電話 📞' })),
];

/** Records that differ in how their bytes encode JSON. */
export const encodings: readonly CorpusRecord[] = [...invalidUtf8, ...notJson, ...harmless];
