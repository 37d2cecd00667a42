import { bellOf } from '../mailbox/mod.ts'
import type { Board } from './board.ts'

type Given = { readonly board: Board; readonly slot: number; readonly go: Int32Array }

const begin = (go: Int32Array): void => {
  Atomics.store(go, 0, 1)
  Atomics.notify(go, 0)
}

/** Thread task: sleeps on its own bell until it is woken, and says how. */
export const sleepOnce = ({ board, slot, go }: Given): string =>
  bellOf(board.bells, slot).sleep(() => (begin(go), false), 60_000)

/** Thread task: waits for something that is not its bell, which looks the same from the outside but for the bell. */
export const waitElsewhere = ({ board, slot, go }: Given): string => {
  bellOf(board.bells, slot).rise()
  begin(go)
  return Atomics.wait(go, 1, 0, 60_000)
}

/** Thread task: waits for something else where it should look for work. */
export const waitInLook = ({ board, slot, go }: Given): string =>
  bellOf(board.bells, slot).sleep(() => {
    begin(go)
    Atomics.wait(go, 1, 0, 60_000)
    return true
  }, 60_000)
