import * as z from 'zod';
import { runProgram } from '../run-program.ts';

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
