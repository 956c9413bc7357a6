import { createLogger as createWinston, format, transports } from 'winston';
import { jsonLine } from './json-line.ts';
import { prettyLine } from './pretty-line.ts';
import { redactor } from './redact.ts';

type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Handed to whoever logs. Fields say what the message is about; an error goes under `error`. */
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
  /** Of the application; stands in every line. */
  readonly name: string;
  /** Texts that must never be logged, whatever they are part of. */
  readonly secrets?: readonly string[];
  /** Standard error unless given: standard output is for results. */
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
  // Winston finds its level and text under symbols, which stay.
  const redacted = format((info) => Object.assign(info, redact({ ...info })));
  const line = options.format === 'json' ? format.printf(jsonLine) : format.printf(prettyLine);
  return createWinston({
    level,
    defaultMeta: { logger: name },
    format: format.combine(format.timestamp(), redacted(), line),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  });
}
