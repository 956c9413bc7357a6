import { ProductError } from '@antenna/cli';
import * as z from 'zod';

/** Superset answered with an error. */
export class SupersetRefusedError extends ProductError {
  readonly code = 'SUPERSET_REFUSED';
}

/** The user may not do what the import has to do. */
class PermissionMissingError extends ProductError {
  readonly code = 'PERMISSION_MISSING';
}

/** User or password is wrong. */
export class LoginRefusedError extends ProductError {
  readonly code = 'LOGIN_REFUSED';
}

/** Nothing that speaks like Superset answers at the address. */
export class SupersetUnreachableError extends ProductError {
  readonly code = 'SUPERSET_UNREACHABLE';
}

export interface Answer {
  readonly isJson: boolean;
  readonly json: unknown;
  readonly text: string;
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    const json: unknown = JSON.parse(text);
    return { isJson: true, json, text };
  } catch {
    return { isJson: false, json: undefined, text };
  }
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly username: string;
  readonly url: string;
}

/** Says what an answer that is no success means, and what to do. */
export function refusalOf({ method, path, username, url }: Asked, status: number, answer: Answer): Error {
  const what = `${method} ${path.split('?')[0] ?? path}`;
  if (status === 401 || (status >= 300 && status < 400)) {
    return new LoginRefusedError(
      `${url} does not let ${username} in (${status}); check SUPERSET_USERNAME and SUPERSET_PASSWORD_FILE`,
    );
  }
  if (status === 403) {
    return new PermissionMissingError(
      `${username} may not do ${what} at ${url}; import as a user with the role Admin, or give its role that permission`,
    );
  }
  if (!answer.isJson) {
    return new SupersetUnreachableError(`what answers at ${url} is no Superset (${what}: ${status}); check --url`);
  }
  return new SupersetRefusedError(`${what}: ${status}: ${messageOf(answer)}`);
}

const messages = z.object({
  message: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

/** What the server says. It keeps some reasons to its own log. */
function messageOf({ json, text }: Answer): string {
  const told = messages.safeParse(json);
  const { message, errors = [] } = told.success ? told.data : {};
  const lines = [...(message === undefined ? [] : [shown(message)]), ...errors.map((error) => error.message)];
  const all = lines.length === 0 ? text.slice(0, 500) : lines.join('; ');
  return all.includes('unknown reason') ? `${all}: the log of the Superset server tells it` : all;
}

function shown(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
