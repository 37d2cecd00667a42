import t from 'tap'
import { bollinger, choice, defineStrategy, ema, long, number, on, stay, whole } from '../kit.ts'

/** What an author's editor must complain about. The compiler checks these lines; running them proves nothing more. */
export const wrong = defineStrategy({
  name: 'wrong', title: 'Wrong', description: 'Each marked line must not compile.', bars: '5m',
  params: { length: whole(9, [2, 50], 'bars'), width: number(2, [1, 3], 'ranges'),
    side: choice('both', ['both', 'long'], 'sides') },
  indicators: ({ length, side }) => {
    // @ts-expect-error a choice is one of its words
    if (side === 'short') return { mean: ema(2), band: on('15m', bollinger(2, 2)) }
    return { mean: ema(length), band: on('15m', bollinger(length, 2)) }
  },
  memory: () => ({ bars: 0 }),
  decide: (bar, { mean, band, params, memory, position, ...others }) => {
    // @ts-expect-error there is no such line
    void others.median
    // @ts-expect-error a line is read through now and before
    void (mean > bar.close)
    // @ts-expect-error an indicator of several values has no value of its own
    void (band.now > bar.close)
    // @ts-expect-error a parameter that was not declared
    void params.fast
    // @ts-expect-error memory holds what it was declared with
    memory.trades = 1
    // @ts-expect-error nobody sets the position by hand
    position.quantity = 50
    // @ts-expect-error a reason is not optional
    if (bar.close > 1e9) return long()
    // @ts-expect-error a level is a number
    if (bar.close > 1e9) return long('up', { stop: '100' })
    memory.bars++
    return mean.now > band.now.middle ? long('above', { stop: band.now.lower }) : stay
  },
  onTick: (tick, { mean, memory, params }) => {
    // @ts-expect-error a tick belongs to the feed
    tick.price = 0
    // @ts-expect-error what came of ticks cannot be rebuilt, so nothing is kept of them
    memory.bars++
    // @ts-expect-error there is no open interest at a tick
    void tick.oi
    return tick.price > mean.now * params.width ? long('above') : stay
  },
  // @ts-expect-error a choice is one of its words
  ticks: ({ side }) => side === 'short',
})

// @ts-expect-error a timeframe that is not built
defineStrategy({ ...wrong, bars: '7m' })

t.test('what is not a strategy does not compile', async (t) => t.equal(wrong.name, 'wrong'))
