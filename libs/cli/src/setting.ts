import type * as z from 'zod';

/** What a setting may be: how its text becomes a value. */
export interface SettingType<T> {
  /** Stands for the value in the help: in brackets when the flag alone, without a value, means `true`. */
  readonly placeholder: string;
  /** What is allowed, in words that read well after «allowed:». */
  readonly allowed: string;
  readonly schema: z.ZodType<T, string>;
  /** The text as it may be shown, where it can hold a secret. */
  readonly show?: (text: string) => string;
  /** What must never be logged. */
  readonly secretsIn?: (value: T) => readonly string[];
}

/** Where a setting's text came from. */
export interface SettingInput {
  readonly text: string;
  readonly by: 'flag' | 'environment';
}

export type SettingResult<T> =
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
  read(given: SettingInput | undefined): SettingResult<T>;
}

interface SettingDeclaration<T> {
  /** `UPPER_CASE` is an environment variable and a flag of the same name in kebab case; `kebab-case` a flag alone. */
  readonly name: string;
  readonly description: string;
  readonly type: SettingType<T>;
}

/** A setting that has a default. */
export function setting<T>(declaration: SettingDeclaration<T> & { readonly default: string }): Setting<T> {
  const described = describe(declaration, declaration.default);
  const otherwise = { text: declaration.default, by: 'environment' } as const;
  return { ...described, read: (given = otherwise) => readText(described.name, declaration.type, given) };
}

/** A setting whose value is undefined unless it is given. */
export function optionalSetting<T>(declaration: SettingDeclaration<T>): Setting<T | undefined> {
  const described = describe(declaration, undefined);
  return {
    ...described,
    read: (given) =>
      given === undefined
        ? { ok: true, value: undefined, secrets: [] }
        : readText(described.name, declaration.type, given),
  };
}

/** A setting without which there is nothing to do. */
export function requiredSetting<T>(declaration: SettingDeclaration<T>): Setting<T> {
  const described = describe(declaration, undefined);
  const { type } = declaration;
  return {
    ...described,
    isRequired: true,
    read: (given) =>
      given === undefined
        ? { ok: false, problems: [`${described.name}: missing; allowed: ${type.allowed}`] }
        : readText(described.name, type, given),
  };
}

function describe<T>({ name, description, type }: SettingDeclaration<T>, defaultText: string | undefined) {
  const isVariable = /^[A-Z]/.test(name);
  return {
    name: isVariable ? name : `--${name}`,
    variable: isVariable ? name : undefined,
    flag: name.toLowerCase().replaceAll('_', '-'),
    placeholder: type.placeholder,
    description,
    allowed: type.allowed,
    defaultText,
    isRequired: false,
  };
}

function readText<T>(name: string, type: SettingType<T>, given: SettingInput): SettingResult<T> {
  const result = type.schema.safeParse(given.text);
  if (result.success) return { ok: true, value: result.data, secrets: type.secretsIn?.(result.data) ?? [] };
  const shown = JSON.stringify((type.show?.(given.text) ?? given.text).slice(0, 200));
  const details = result.error.issues.map(({ message }) => message).filter((message) => message !== '');
  const reason = details.length === 0 ? '' : ` (${details.join('; ')})`;
  const flag = given.by === 'flag' && !name.startsWith('--') ? ' by its flag' : '';
  return { ok: false, problems: [`${name}: given ${shown}${flag}${reason}; allowed: ${type.allowed}`] };
}
