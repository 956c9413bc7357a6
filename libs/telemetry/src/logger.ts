import { createLogger as createWinston, format, type Logform, transports } from 'winston';
import { redactor } from './redact.ts';
import { inspect } from 'node:util';

type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** The logger of a component. Fields describe the circumstances of a message; an error goes under `error`. */
export interface Logger {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
  /** A logger that adds these fields to every line. */
  child(fields: object): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json`: one object a line. `pretty`: for people. */
  readonly format: 'json' | 'pretty';
  /** Name of the application, in every line. */
  readonly name: string;
  /** Texts that are hidden wherever they occur in a line. */
  readonly secrets?: readonly string[];
  /** Default: standard error, since standard output is for results. */
  readonly stream?: NodeJS.WritableStream;
}

export function createLogger({
  level,
  name,
  secrets = [],
  stream = process.stderr,
  ...options
}: LoggerOptions): Logger {
  const redact = redactor(secrets);
  // Assigned to `info` itself, which keeps the level and text that Winston stores under symbols.
  const redacted = format((info) => Object.assign(info, redact({ ...info })));
  const line = options.format === 'json' ? format.printf(jsonLine) : format.printf(prettyLine);
  return createWinston({
    level,
    defaultMeta: { logger: name },
    format: format.combine(format.timestamp(), redacted(), line),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  });
}

/** One JSON object: time, level, application, message, then the fields, which are plain values already. */
function jsonLine({ timestamp, level, logger, message, ...fields }: Logform.TransformableInfo): string {
  return JSON.stringify({ timestamp, level, logger, message, ...fields });
}

/** `13:14:15.926 INFO  speed-layer: message  field=value`, then the stack of an error. */
function prettyLine({ timestamp, level, logger, message, error, ...fields }: Logform.TransformableInfo): string {
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
