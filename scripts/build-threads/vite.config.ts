import path from 'node:path'
import { defineConfig } from 'vite'

const root = path.join(import.meta.dirname, '../..')

/**
 * What a strategy's thread runs, everything in it but Node itself; names and lines stay readable for whoever debugs.
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
        main: path.join(root, 'engine/runtime/thread-main.ts'),
        strategy: path.join(root, 'actors/strategy/strategy.actor.ts'),
      },
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'shared-[name].mjs' },
    },
  },
})
