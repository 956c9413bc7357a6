import type { Logform } from 'winston';

/** One JSON object: time, level, application, message, then the fields, which are plain values already. */
export function jsonLine({ timestamp, level, logger, message, ...fields }: Logform.TransformableInfo): string {
  return JSON.stringify({ timestamp, level, logger, message, ...fields });
}
