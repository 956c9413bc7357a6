import type { SettingInput, SettingResult, Setting } from './setting.ts';

/** Finds the text given for a setting, in the flags or in the environment. */
export type Lookup = (setting: Setting<unknown>) => SettingInput | undefined;

/** Settings that belong together, and the value made from them. */
export interface SettingsGroup<T> {
  /** Heading in the help. */
  readonly title: string;
  readonly settings: readonly Setting<unknown>[];
  read(lookup: Lookup): SettingResult<T>;
}

type Fields = Readonly<Record<string, Setting<unknown>>>;
type Values<F extends Fields> = { readonly [Key in keyof F]: F[Key] extends Setting<infer T> ? T : never };

/** A rule about several settings of a group. */
interface Rule<F extends Fields> {
  /** The fields that `problem` reads: it is called only when each of them is valid by itself. */
  readonly of: readonly (keyof F)[];
  /** @returns the problem with the names of the settings; undefined when there is none. */
  problem(values: Values<F>): string | undefined;
}

interface GroupDeclaration<F extends Fields, T> {
  readonly title: string;
  readonly fields: F;
  readonly rules?: readonly Rule<F>[];
  /** Makes the value that the application gets. */
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
      // Each setting has read its own field, so the types agree; invalid fields are missing.
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
