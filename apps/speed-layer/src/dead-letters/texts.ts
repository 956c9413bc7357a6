import type { Replay } from '@antenna/ingestion';
import { instantText } from '@antenna/cli';

/** The outcome of a replay in one line; `-` for a dead letter that was never sent again. */
export function replayText(partition: number, replay: Replay | undefined): string {
  if (replay === undefined) return '-';
  const { outcome, newOffset, by, atMs } = replay;
  const attempt = `by ${by} at ${instantText(atMs)}`;
  return outcome === 'sent' ? `sent as ${partition}/${String(newOffset)} ${attempt}` : `${outcome}, ${attempt}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Control characters and changes of direction that act on a terminal and that JSON does not escape. */
const TREACHEROUS = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Bytes as a quoted text that is harmless on a terminal, or in hexadecimal when they are not UTF-8. */
export function bytesText(bytes: Uint8Array | null): string {
  if (bytes === null) return 'none';
  const text = textOf(bytes);
  if (text === undefined) return `hexadecimal ${Buffer.from(bytes).toString('hex')}`;
  return JSON.stringify(text).replace(
    TREACHEROUS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
