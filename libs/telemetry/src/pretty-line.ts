import { inspect } from 'node:util';
import type { Logform } from 'winston';

/** `13:14:15.926 INFO  speed-layer: message  field=value`, then the stack of an error. */
export function prettyLine({ timestamp, level, logger, message, error, ...fields }: Logform.TransformableInfo): string {
  const time = String(timestamp).slice('yyyy-mm-ddT'.length, -1);
  const details = Object.entries(fields).map(([key, value]) => ` ${key}=${shown(value)}`);
  return `${time} ${level.toUpperCase().padEnd(5)} ${String(logger)}: ${String(message)}${details.join('')}${stackOf(error)}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : inspect(value, { breakLength: Infinity });
}

function stackOf(error: unknown): string {
  if (error === undefined) return '';
  if (typeof error !== 'object' || error === null || !('stack' in error)) return `\n  ${inspect(error)}`;
  const cause = 'cause' in error ? `\n  caused by ${inspect(error.cause)}` : '';
  return `\n  ${String(error.stack)}${cause}`;
}
