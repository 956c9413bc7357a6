import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Who may import whom: domain <- application <- adapter <- app and tool. */
const directions = [
  { sourceTag: 'layer:domain', onlyDependOnLibsWithTags: ['layer:domain'] },
  { sourceTag: 'layer:application', onlyDependOnLibsWithTags: ['layer:domain'] },
  { sourceTag: 'layer:platform', onlyDependOnLibsWithTags: ['layer:platform'] },
  { sourceTag: 'layer:adapter', onlyDependOnLibsWithTags: ['layer:domain', 'layer:application', 'layer:platform'] },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: ['layer:domain', 'layer:application', 'layer:adapter', 'layer:platform'],
  },
  { sourceTag: 'layer:tool', onlyDependOnLibsWithTags: ['*'] },
  // What several runners need lives in the oracle or the test kit.
  { sourceTag: 'kind:runner', notDependOnLibsWithTags: ['kind:runner'] },
  // The oracle would prove nothing if it shared code with what it judges.
  { sourceTag: 'name:oracle', notDependOnLibsWithTags: ['name:windowing', 'name:aggregation', 'name:quota'] },
];

/** Tests may use any tool, whatever they test. */
const directionsOfTests = [
  { sourceTag: '*', onlyDependOnLibsWithTags: ['*'] },
  ...directions.filter(({ sourceTag }) => /^(name|kind):/.test(sourceTag)),
];

/** The test kit makes databases of the product's schema, and the product's tests use the test kit. */
const ignoredCircularDependencies = [['test-kit', '*']];

/** What the domain may not touch: the clock, the network, the disk, the environment. */
// Hashing is a pure function of its arguments.
const pureModules = ['node:*', '!node:crypto', 'kafkajs', 'pg', 'knex', '@google-cloud/*', '@duckdb/*', 'winston'];
const pureSyntax = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Time is an argument.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is an argument.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Chance is an argument.' },
];

export default defineConfig(
  globalIgnores(['**/dist', '**/node_modules', '.nx', '.local']),
  // Programs that run before anything is installed or bundled: plain JavaScript without types.
  { files: ['**/*.mjs'], extends: [tseslint.configs.strict, tseslint.configs.stylistic] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints: directions, enforceBuildableLibDependency: false, allow: [], ignoredCircularDependencies },
      ],
      // Over a typed array, such as a column, it takes six times as long as a loop with an index.
      '@typescript-eslint/prefer-for-of': 'off',
      // Contradicts noPropertyAccessFromIndexSignature.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Reports winston's own transports.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-params': ['error', 4],
      'no-console': 'error',
    },
  },
  {
    files: ['libs/{event-schema,windowing,aggregation,quota,archive-format,ingestion,hourly-batch}/src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.itest.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: pureModules }],
      'no-restricted-syntax': ['error', ...pureSyntax],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
    },
  },
  {
    files: ['**/*.test.ts', '**/*.itest.ts', '**/testing/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints: directionsOfTests, ignoredCircularDependencies }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  prettier,
);
