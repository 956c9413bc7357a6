import type { Logform } from 'winston';

/** One JSON object: when, how grave, who, what, then the fields. They are plain values already. */
export function jsonLine({ timestamp, level, logger, message, ...fields }: Logform.TransformableInfo): string {
  return JSON.stringify({ timestamp, level, logger, message, ...fields });
}
