import t from 'tap'
import { orderOf, rateOf, speedOf } from './options.ts'

t.test('a pace and an order are read from what a person writes', async (t) => {
  t.equal(rateOf(undefined), null)
  t.equal(rateOf('20000'), 20_000)
  t.equal(rateOf('0.5'), 0.5)
  t.equal(speedOf('max'), null)
  t.equal(speedOf('2.5x'), 2.5)
  t.equal(orderOf('event-time'), 'event-time')
  t.equal(orderOf('arrival'), 'arrival')
})

t.test('what is none is refused, with what it should be', async (t) => {
  for (const given of ['', '0', '-1', 'fast', '20k', 'Infinity', '1e9'])
    t.throws(() => rateOf(given), { code: 'COMMAND_VALUE_INVALID', message: /ticks a second/ }, given)
  for (const given of ['0x', 'quick']) t.throws(() => speedOf(given), { code: 'COMMAND_VALUE_INVALID' }, given)
  t.throws(() => orderOf('live'), { code: 'COMMAND_VALUE_INVALID', message: /event-time or arrival/ })
})
