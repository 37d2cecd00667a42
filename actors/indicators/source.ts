import type { Indicator } from '../strategy/define.ts'

/** The close as a line of its own: `now` this bar's, `before` the last one's. */
export const closes = (): Indicator => ({ needs: 1, push: ({ close }) => close })

/** The volume as a line of its own, in units. */
export const volumes = (): Indicator => ({ needs: 1, push: ({ volume }) => volume })
