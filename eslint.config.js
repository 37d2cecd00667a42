import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'

// The pages only: everything else is oxlint's.
export default [
  {
    ignores: [
      '**/*.ts',
      '**/*.mjs',
      '!ui/src/**/*.svelte.ts',
      'ui/build/**',
      '**/.svelte-kit/**',
      'coverage/**',
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
      // The dashboard is served from the root of its own origin: there is no base to resolve against.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
]
