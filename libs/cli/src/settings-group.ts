import type { SettingInput, SettingResult, Setting } from './setting.ts';

/** Tells what was given for a setting. */
export type Lookup = (setting: Setting<unknown>) => SettingInput | undefined;

/** Settings that belong together, and what becomes of them. */
export interface SettingsGroup<T> {
  /** Heading in the help. */
  readonly title: string;
  readonly settings: readonly Setting<unknown>[];
  read(lookup: Lookup): SettingResult<T>;
}

type Fields = Readonly<Record<string, Setting<unknown>>>;
type Values<F extends Fields> = { readonly [Key in keyof F]: F[Key] extends Setting<infer T> ? T : never };

/** What settings must fulfil together. */
interface Rule<F extends Fields> {
  /** The fields that `problem` looks at: it is asked only when each of them is valid in itself. */
  readonly of: readonly (keyof F)[];
  /** @returns undefined when all is well, else the problem, with the names of the settings. */
  problem(values: Values<F>): string | undefined;
}

interface GroupDeclaration<F extends Fields, T> {
  readonly title: string;
  readonly fields: F;
  readonly rules?: readonly Rule<F>[];
  /** What the application gets. */
  readonly value: (values: Values<F>) => T;
}

export function settingsGroup<F extends Fields, T>(declaration: GroupDeclaration<F, T>): SettingsGroup<T> {
  const { title, fields, rules = [] } = declaration;
  return {
    title,
    settings: Object.values(fields),
    read(lookup) {
      const readings = Object.entries(fields).map(([key, field]) => ({ key, reading: field.read(lookup(field)) }));
      const valid = readings.flatMap(({ key, reading }) => (reading.ok ? [[key, reading.value] as const] : []));
      const keys = new Set<PropertyKey>(valid.map(([key]) => key));
      // Each field was read by its own setting, so the types agree; fields that are not valid are missing.
      const values = Object.fromEntries(valid) as Values<F>;
      const problems = [
        ...readings.flatMap(({ reading }) => (reading.ok ? [] : reading.problems)),
        ...rules.filter((rule) => rule.of.every((key) => keys.has(key))).map((rule) => rule.problem(values)),
      ].filter((problem) => problem !== undefined);
      if (problems.length > 0) return { ok: false, problems };
      const secrets = readings.flatMap(({ reading }) => (reading.ok ? reading.secrets : []));
      return { ok: true, value: declaration.value(values), secrets };
    },
  };
}
