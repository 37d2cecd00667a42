import adapter from '@sveltejs/adapter-static'
import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'

/** Where `vite dev` finds a running engine. */
const engine = 'http://127.0.0.1:4610'

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({ pages: 'build', fallback: 'index.html', precompress: true, strict: true }),
      // Packages that are still in legacy mode break when runes are forced on them.
      compilerOptions: {
        runes: ({ filename }) => (/[\\/]node_modules[\\/]/.test(filename) ? undefined : true),
      },
      csp: { mode: 'hash', directives: { 'script-src': ['self'] } },
    }),
  ],
  server: { proxy: { '/api': { target: engine, ws: true } } },
})
