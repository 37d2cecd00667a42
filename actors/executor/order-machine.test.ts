import t from 'tap'
import { orderStates } from '../domain/order.ts'
import { isWorking, orderEvents, step } from './order-machine.ts'

// Every state against every event: a new state, `.` for ignored, `!` for a conflict.
const expected: Readonly<Record<string, string>> = {
  //          send unknown accept fill    complete cancel    reject   expire
  NEW: '      SENT !       !      !       !        CANCELLED REJECTED EXPIRED',
  SENT: '     .    UNKNOWN OPEN   PARTIAL COMPLETE CANCELLED REJECTED EXPIRED',
  UNKNOWN: '  !    .       OPEN   PARTIAL COMPLETE CANCELLED REJECTED EXPIRED',
  OPEN: '     .    .       .      PARTIAL COMPLETE CANCELLED REJECTED EXPIRED',
  PARTIAL: '  .    .       .      PARTIAL COMPLETE CANCELLED CANCELLED EXPIRED',
  COMPLETE: ' .    .       .      !       .        !         !        !',
  CANCELLED: '!    .       .      !       !        .         .        .',
  REJECTED: ' !    .       !      !       !        .         .        .',
  EXPIRED: '  !    .       .      !       !        .         .        .',
}

t.test('every event in every state does what the table says', async (t) => {
  for (const state of orderStates) {
    const row = expected[state]!.trim().split(/\s+/)
    orderEvents.forEach((event, i) => {
      const got = step(state, event)
      const cell = got.type === 'moved' ? got.to : got.type === 'ignored' ? '.' : '!'
      t.equal(cell, row[i], `${state} + ${event}`)
      if (got.type !== 'moved') t.match(got.because, state, 'and says so in words')
    })
  }
})

t.test('an order that is over never works again, whatever comes', async (t) => {
  for (const state of orderStates.filter((one) => !isWorking(one)))
    for (const event of orderEvents) t.not(step(state, event).type, 'moved', `${state} + ${event}`)
})

t.test('an unknown outcome keeps the order working', async (t) => {
  for (const state of ['SENT', 'UNKNOWN', 'OPEN', 'PARTIAL'] as const) {
    const got = step(state, 'unknown')
    t.ok(isWorking(got.type === 'moved' ? got.to : state), state)
  }
})
