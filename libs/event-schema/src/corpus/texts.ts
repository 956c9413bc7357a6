import type { RejectionReason, UsageEvent } from '../decoded.ts';
import { type CorpusRecord, ofText, usualEvent, usualJson } from './corpus-record.ts';

interface TextField {
  readonly field: 'id' | 'antenna_id' | 'app';
  readonly property: 'id' | 'antennaId' | 'app';
  readonly reason: RejectionReason;
}

const ID: TextField = { field: 'id', property: 'id', reason: 'invalid_id' };
const ANTENNA: TextField = { field: 'antenna_id', property: 'antennaId', reason: 'invalid_antenna_id' };
const APP: TextField = { field: 'app', property: 'app', reason: 'invalid_app' };

/** Names and JSON texts of values that are invalid as a text field of an event. */
const WRONG: readonly (readonly [name: string, json: string])[] = [
  ['null', 'null'],
  ['a number', '1'],
  ['true', 'true'],
  ['an array', '["1"]'],
  ['an object', '{"id":"1"}'],
  ['an empty text', '""'],
  ['257 characters', `"${'x'.repeat(257)}"`],
  ['257 characters of two units each', `"${'📞'.repeat(257)}"`],
  ['half a million characters', `"${'x'.repeat(500_000)}"`],
  ['an escaped NUL', '"1\\u0000"'],
  ['an escaped NUL alone', '"\\u0000"'],
  ['a high surrogate alone', '"\\ud83d"'],
  ['a low surrogate alone', '"\\udcde"'],
  ['surrogates the wrong way round', '"\\udcde\\ud83d"'],
  ['a surrogate after 255 characters', `"${'x'.repeat(255)}\\ud83d"`],
];

/** Names and texts that are unusual, but valid. */
const RIGHT: readonly (readonly [name: string, text: string])[] = [
  ['one character', '1'],
  ['256 characters', 'x'.repeat(256)],
  ['256 characters of two units each', '📞'.repeat(256)],
  ['256 characters of three bytes each', '電'.repeat(256)],
  ['a space', ' '],
  ['spaces around', ' SKYPE '],
  ['a control character', '\u0001\u007f'],
  ['a byte order mark', '\ufeff'],
  ['a non-character', '\uffff'],
  ['quotes and SQL', `'; DROP TABLE bytes; -- "\\`],
  ['a path', '../../etc/passwd'],
  ['right to left', '\u202eSKYPE'],
  ['a letter and its accent', 'e\u0301'],
  ['__proto__', '__proto__'],
];

function wrong(text: TextField): CorpusRecord[] {
  return WRONG.map(([name, json]) => ofText(`${text.field}: ${name}`, usualJson({ [text.field]: json }), text.reason));
}

function right({ field, property }: TextField): CorpusRecord[] {
  return RIGHT.map(([name, value]) => {
    const event: UsageEvent = usualEvent({ [property]: value });
    return ofText(`${field}: ${name}`, usualJson({ [field]: JSON.stringify(value) }), event);
  });
}

/** Valid and invalid values of the text fields `id`, `antenna_id` and `app`. */
export const texts: readonly CorpusRecord[] = [
  ...[ID, ANTENNA, APP].flatMap((text) => [...wrong(text), ...right(text)]),
  ofText('id: escaped surrogates in the right order', usualJson({ id: '"\\ud83d\\udcde"' }), usualEvent({ id: '📞' })),
];
