import { globSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vite'

const root = path.join(import.meta.dirname, '../..')
const at = (file: string): string => path.join(root, file)

const strategies = globSync('actors/strategies/*.ts', { cwd: root, exclude: ['**/*.test.ts', '**/mod.ts'] })

/**
 * What strategy threads run, everything in it but Node itself; names and lines stay readable for whoever debugs.
 * Each strategy is an entry of its own, so that a thread loads the one it runs and the indicators that one reads;
 * `kit` is what a strategy file from elsewhere imports, `trial` runs such a file for the first time, and `faulty` is a
 * strategy's thread that goes wrong when it is told to.
 */
export default defineConfig({
  root,
  publicDir: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'esnext',
    minify: false,
    sourcemap: true,
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        main: at('engine/runtime/thread-main.ts'),
        strategy: at('actors/strategy/strategy.actor.ts'),
        kit: at('actors/kit.ts'),
        trial: at('scripts/strategies/trial-main.ts'),
        faulty: at('actors/testing/faulty.actor.ts'),
        ...Object.fromEntries(strategies.map((file) => [`types/${path.basename(file, '.ts')}`, at(file)])),
      },
      // Every export of an entry stays, also one that only a strategy from elsewhere asks for.
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name].mjs' },
    },
  },
})
