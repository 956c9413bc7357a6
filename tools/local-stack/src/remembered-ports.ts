import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { defaultPorts, type Ports, type ServiceName, serviceNames } from './ports.ts';

const port = z.int().min(1).max(65_535);
const shape = z.object({
  ports: z.object({ postgres: port, kafka: port, controller: port, gcs: port }),
  services: z.array(z.enum(serviceNames)),
});

/** What was asked of a stack the last time. */
export interface Remembered {
  readonly ports: Ports;
  /** Those that were asked for. */
  readonly services: readonly ServiceName[];
}

/** @returns undefined where nothing was ever started. */
export async function rememberedPorts(home: string): Promise<Remembered | undefined> {
  const text = await readFile(fileIn(home), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : shape.parse(JSON.parse(text));
}

/** The remembered ports of the stack, or else its default ports. */
export async function rememberedOrDefault(home: string): Promise<Remembered> {
  return (await rememberedPorts(home)) ?? { ports: defaultPorts, services: serviceNames };
}

export async function rememberPorts(home: string, remembered: Remembered): Promise<void> {
  await mkdir(dirname(fileIn(home)), { recursive: true });
  await writeFile(fileIn(home), `${JSON.stringify(remembered, undefined, 2)}\n`);
}

function fileIn(home: string): string {
  return join(home, 'ports.json');
}
