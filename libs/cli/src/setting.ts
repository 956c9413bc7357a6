import type { Kind } from './kind.ts';

/** Where a setting's text came from. */
export interface Given {
  readonly text: string;
  readonly by: 'flag' | 'environment';
}

export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly secrets: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A declared setting. */
export interface Setting<T> {
  /** As people call it: `HTTP_PORT`, or `--date` for one that has no environment variable. */
  readonly name: string;
  readonly variable: string | undefined;
  /** Without the dashes. */
  readonly flag: string;
  readonly placeholder: string;
  readonly description: string;
  /** In words that read well after «allowed:». */
  readonly allowed: string;
  readonly defaultText: string | undefined;
  readonly isRequired: boolean;
  /** @param given undefined when nobody gave it. */
  read(given: Given | undefined): Reading<T>;
}

interface Declaration<T> {
  /** `UPPER_CASE` is an environment variable and a flag of the same name in kebab case; `kebab-case` a flag alone. */
  readonly name: string;
  readonly description: string;
  readonly kind: Kind<T>;
}

/** A setting that has a default. */
export function setting<T>(declaration: Declaration<T> & { readonly default: string }): Setting<T> {
  const described = describe(declaration, declaration.default);
  const otherwise = { text: declaration.default, by: 'environment' } as const;
  return { ...described, read: (given = otherwise) => readText(described.name, declaration.kind, given) };
}

/** A setting whose value is undefined unless it is given. */
export function optionalSetting<T>(declaration: Declaration<T>): Setting<T | undefined> {
  const described = describe(declaration, undefined);
  return {
    ...described,
    read: (given) =>
      given === undefined
        ? { ok: true, value: undefined, secrets: [] }
        : readText(described.name, declaration.kind, given),
  };
}

/** A setting without which there is nothing to do. */
export function requiredSetting<T>(declaration: Declaration<T>): Setting<T> {
  const described = describe(declaration, undefined);
  const { kind } = declaration;
  return {
    ...described,
    isRequired: true,
    read: (given) =>
      given === undefined
        ? { ok: false, problems: [`${described.name}: missing; allowed: ${kind.allowed}`] }
        : readText(described.name, kind, given),
  };
}

function describe<T>({ name, description, kind }: Declaration<T>, defaultText: string | undefined) {
  const isVariable = /^[A-Z]/.test(name);
  return {
    name: isVariable ? name : `--${name}`,
    variable: isVariable ? name : undefined,
    flag: name.toLowerCase().replaceAll('_', '-'),
    placeholder: kind.placeholder,
    description,
    allowed: kind.allowed,
    defaultText,
    isRequired: false,
  };
}

function readText<T>(name: string, kind: Kind<T>, given: Given): Reading<T> {
  const result = kind.schema.safeParse(given.text);
  if (result.success) return { ok: true, value: result.data, secrets: kind.secretsIn?.(result.data) ?? [] };
  const shown = JSON.stringify((kind.show?.(given.text) ?? given.text).slice(0, 200));
  const details = result.error.issues.map(({ message }) => message).filter((message) => message !== '');
  const reason = details.length === 0 ? '' : ` (${details.join('; ')})`;
  const flag = given.by === 'flag' && !name.startsWith('--') ? ' by its flag' : '';
  return { ok: false, problems: [`${name}: given ${shown}${flag}${reason}; allowed: ${kind.allowed}`] };
}
