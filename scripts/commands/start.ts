import { command } from '../command/command.ts'
import { replayOptions } from '../session/options.ts'

/** Runs the engine: replays a recorded session on paper, with dashboard and API. */
export const start = command({
  name: 'start',
  summary: 'Replays a recorded session on paper and serves the dashboard',
  options: {
    ...replayOptions,
    speed: { value: 'SPEED', default: '30x', says: '1x, Nx or max' },
    port: { value: 'PORT', default: '8420', says: 'port of the dashboard; the next free one when it is taken' },
    host: {
      value: 'HOST',
      default: '127.0.0.1',
      says: 'address to listen on; anything but loopback opens it to others',
    },
    verbose: { says: 'log what happens to the actors, not only what goes wrong' },
  },
  examples: ['npm start', 'npm start -- --speed 5x --from 11:30', 'npm start -- --recording ticks.csv.gz --fresh'],
  run: async (given) => {
    const { serve } = await import('../session/serve.ts')
    return serve(given)
  },
})
