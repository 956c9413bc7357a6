import { type SettingType, splitList } from '@antenna/cli';
import * as z from 'zod';

const hostPort = z.string().refine(isHostPort, { error: (issue) => `${JSON.stringify(issue.input)} is not` });

/** One or more `host:port`, separated by commas, with IPv6 addresses in brackets. */
export const hostPorts: SettingType<readonly string[]> = {
  placeholder: '<list>',
  allowed: 'one or more host:port, separated by commas',
  schema: z.string().transform(splitList).pipe(z.array(hostPort)),
};

function isHostPort(text: string): boolean {
  const match = /^(?:[\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})$/.exec(text);
  const port = Number(match?.[1]);
  return port >= 1 && port <= 65_535;
}
