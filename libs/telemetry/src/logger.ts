import { createLogger as createWinston, format, transports } from 'winston';
import { jsonLine } from './json-line.ts';
import { prettyLine } from './pretty-line.ts';
import { redactor } from './redact.ts';

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
