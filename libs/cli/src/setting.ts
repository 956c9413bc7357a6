import type * as z from 'zod';

/** The type of a setting: how its text becomes a value. */
export interface SettingType<T> {
  /** Stands for the value in the help; in brackets when the flag without a value means `true`. */
  readonly placeholder: string;
  /** Describes the allowed values; follows «allowed:» in messages. */
  readonly allowed: string;
  readonly schema: z.ZodType<T, string>;
  /** Turns a text that may hold a secret into one that may be shown. */
  readonly show?: (text: string) => string;
  /** The texts in the value that must never be logged. */
  readonly secretsIn?: (value: T) => readonly string[];
}

/** A setting's text and its origin. */
export interface SettingInput {
  readonly text: string;
  readonly by: 'flag' | 'environment';
}

export type SettingResult<T> =
  | { readonly ok: true; readonly value: T; readonly secrets: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A declared setting. */
export interface Setting<T> {
  /** The name in messages: `HTTP_PORT`, or `--date` for a setting without an environment variable. */
  readonly name: string;
  readonly variable: string | undefined;
  /** Name of the flag, without the dashes. */
  readonly flag: string;
  readonly placeholder: string;
  readonly description: string;
  /** Describes the allowed values; follows «allowed:» in messages. */
  readonly allowed: string;
  readonly defaultText: string | undefined;
  readonly isRequired: boolean;
  /** @param given undefined when neither flag nor environment gives a value. */
  read(given: SettingInput | undefined): SettingResult<T>;
}

interface SettingDeclaration<T> {
  /** `UPPER_CASE` declares an environment variable and its flag in kebab case; `kebab-case` declares only a flag. */
  readonly name: string;
  readonly description: string;
  readonly type: SettingType<T>;
}

/** A setting with a default. */
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

/** A setting that has to be given. */
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
