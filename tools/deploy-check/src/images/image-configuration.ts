import * as z from 'zod';
import { runProgram } from '../run-program.ts';
import type { Source } from './build-image.ts';

const inspected = z.tuple([
  z.object({
    Size: z.int(),
    Config: z.object({
      User: z.string(),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Healthcheck: z.object({ Test: z.array(z.string()) }).nullish(),
    }),
  }),
]);

/** What an image says of itself. */
export interface ImageFacts {
  readonly sizeBytes: number;
  readonly user: string;
  /** Entry point and arguments. */
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined when it says nothing of its health; `['NONE']` when it says that it has no check. */
  readonly healthcheck: readonly string[] | undefined;
}

/** @throws {ProgramFailedError} when there is no such image. */
export async function inspectImage(reference: string): Promise<ImageFacts> {
  const [{ Size, Config }] = inspected.parse(JSON.parse(await runProgram('docker', ['image', 'inspect', reference])));
  return {
    sizeBytes: Size,
    user: Config.User,
    command: [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])],
    labels: Config.Labels ?? {},
    healthcheck: Config.Healthcheck?.Test,
  };
}

const LABEL = 'org.opencontainers.image';
const MB = 1_000_000;

/** What is wrong with what an image says of itself. */
export function configurationProblems(facts: ImageFacts, { version, revision, created }: Source): string[] {
  return [
    ...userProblems(facts.user),
    ...shellProblems(facts),
    ...labelProblems(facts.labels, { version, revision, created }),
    ...(facts.healthcheck === undefined ? ['it says nothing of its health, not even that it has no check'] : []),
  ];
}

/** Kubernetes recognises a non-root user by a numeric id only. */
function userProblems(user: string): string[] {
  return /^[1-9]\d*(:[1-9]\d*)?$/.test(user) ? [] : [`its user is «${user}»: no number, or root`];
}

/** A shell as process 1 would not pass on signals, and a shell helps an intruder. */
function shellProblems({ command, healthcheck }: ImageFacts): string[] {
  const isShell = /(^|\/)(ba|da)?sh$/.test(command[0] ?? '');
  return [
    ...(command.length === 0 || isShell ? [`it starts «${command.join(' ')}»: a shell, or nothing`] : []),
    ...(healthcheck?.[0] === 'CMD-SHELL' ? ['its health check needs a shell'] : []),
  ];
}

function labelProblems(
  labels: Readonly<Record<string, string>>,
  expected: Readonly<Record<'version' | 'revision' | 'created', string>>,
): string[] {
  const missing = ['title', 'description', 'base.name'].filter((name) => !labels[`${LABEL}.${name}`]);
  const wrong = Object.entries(expected).filter(([name, value]) => labels[`${LABEL}.${name}`] !== value);
  return [
    ...missing.map((name) => `label ${name} is missing`),
    ...wrong.map(([name, value]) => `label ${name} is ${String(labels[`${LABEL}.${name}`])} instead of ${value}`),
  ];
}

/** What an image adds to its base. */
export function contentMbOf(facts: ImageFacts, base: ImageFacts): number {
  return (facts.sizeBytes - base.sizeBytes) / MB;
}

export function baseOf({ labels }: ImageFacts): string | undefined {
  return labels[`${LABEL}.base.name`];
}
