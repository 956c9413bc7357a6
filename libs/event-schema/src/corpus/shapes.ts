import {
  ARRIVED_MS,
  type CorpusRecord,
  type FieldName,
  ofText,
  USUAL_FIELDS,
  usualEvent,
  usualJson,
} from './corpus-record.ts';

const noValue: readonly CorpusRecord[] = [
  { name: 'a tombstone', value: null, recordTimestampMs: ARRIVED_MS, expected: 'tombstone' },
  { name: 'no bytes at all', value: new Uint8Array(), recordTimestampMs: ARRIVED_MS, expected: 'empty' },
];

const notAnObject: readonly CorpusRecord[] = [
  ofText('null', 'null', 'not_an_object'),
  ofText('true', 'true', 'not_an_object'),
  ofText('a number', '5', 'not_an_object'),
  ofText('a text', '"hello"', 'not_an_object'),
  ofText('an event as a text', JSON.stringify(usualJson()), 'not_an_object'),
  ofText('an event in an array', `[${usualJson()}]`, 'not_an_object'),
  ofText('an empty array', '[]', 'not_an_object'),
  ofText('100,000 arrays in each other', '['.repeat(100_000) + ']'.repeat(100_000), 'not_an_object'),
];

function without(missing: FieldName): CorpusRecord {
  const present = Object.entries(USUAL_FIELDS).filter(([field]) => field !== missing);
  const json = `{${present.map(([field, text]) => `"${field}":${text}`).join(',')}}`;
  return ofText(`no ${missing}`, json, 'missing_field');
}

const missingFields: readonly CorpusRecord[] = [
  without('timestamp'),
  without('id'),
  without('antenna_id'),
  without('bytes'),
  without('app'),
  ofText('an empty object', '{}', 'missing_field'),
  ofText('a field in capitals', usualJson().replace('"bytes"', '"BYTES"'), 'missing_field'),
  ofText('a field with a space after its name', usualJson().replace('"bytes"', '"bytes "'), 'missing_field'),
  ofText('a field in camel case', usualJson().replace('antenna_id', 'antennaId'), 'missing_field'),
  ofText('an event in an envelope', `{"payload":${usualJson()}}`, 'missing_field'),
  ofText('an event as prototype', `{"__proto__":${usualJson()}}`, 'missing_field'),
];

/** Adds members after the usual ones. */
function withMembers(members: string): string {
  return usualJson().replace(/}$/, `,${members}}`);
}

const unusualObjects: readonly CorpusRecord[] = [
  ofText('unknown fields', withMembers('"signal":-71,"tags":[1,{"a":null}]'), usualEvent()),
  ofText('a field called __proto__', withMembers('"__proto__":{"bytes":1}'), usualEvent()),
  ofText('a field called constructor', withMembers('"constructor":{"prototype":{"bytes":1}}'), usualEvent()),
  ofText('fields called like methods', withMembers('"toString":1,"valueOf":2,"hasOwnProperty":3'), usualEvent()),
  ofText('a field without a name', withMembers('"":1'), usualEvent()),
  ofText('a name with escapes', usualJson().replace('"id"', '"\\u0069d"'), usualEvent()),
  ofText('a field twice, the last one right', `{"bytes":"x",${usualJson().slice(1)}`, usualEvent()),
  ofText('a field twice, both right', withMembers('"bytes":7'), usualEvent({ bytes: 7 })),
  ofText('a field twice, the last one wrong', withMembers('"bytes":"x"'), 'invalid_bytes'),
  ofText(
    '100,000 objects in each other in an unknown field',
    withMembers(`"deep":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
    usualEvent(),
  ),
];

const severalFaults: readonly CorpusRecord[] = [
  ofText('wrong bytes and no app', '{"timestamp":5,"id":"1","antenna_id":"1","bytes":-1}', 'missing_field'),
  ofText('every field wrong', '{"timestamp":0.5,"id":1,"antenna_id":1,"bytes":-1,"app":1}', 'invalid_timestamp'),
  ofText('before 1970 and every text wrong', usualJson({ timestamp: '-1', id: '1', app: '1' }), 'before_1970'),
  ofText('every text wrong', usualJson({ id: '1', antenna_id: '1', app: '1' }), 'invalid_id'),
  ofText('all but the id wrong', usualJson({ antenna_id: '1', bytes: '-1', app: '1' }), 'invalid_antenna_id'),
  ofText('wrong bytes and a wrong app', usualJson({ bytes: '-1', app: '1' }), 'invalid_app'),
];

/** Records that differ in the shape of their JSON, apart from the values of single fields. */
export const shapes: readonly CorpusRecord[] = [
  ...noValue,
  ...notAnObject,
  ...missingFields,
  ...unusualObjects,
  ...severalFaults,
];
