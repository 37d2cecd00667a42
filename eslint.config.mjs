import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'

/** ESLint looks at Svelte files alone: oxlint, which is faster, looks at everything else. */
export default [
  {
    ignores: [
      '**/*.ts',
      '**/*.mjs',
      '**/*.js',
      '!ui/src/**/*.svelte.ts',
      'ui/build/**',
      '**/.svelte-kit/**',
    ],
  },
  ...svelte.configs.recommended,
  {
    files: ['ui/src/**/*.svelte', 'ui/src/**/*.svelte.ts'],
    languageOptions: {
      parserOptions: {
        parser: ts.parser,
        projectService: true,
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@typescript-eslint': ts.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': 'error',
    },
  },
]
