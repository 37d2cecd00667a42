import type { Logger } from '../actor.ts'
import { breath } from '../clock.ts'
import { createEdge } from '../mailbox/mod.ts'
import type { Random } from '../random.ts'
import { checkChildren, type Child, type Node, type Supervisor } from '../tree.ts'
import { createBoard, type Board } from './board.ts'
import { openHost, type Host } from './host.ts'

const EDGE_CAPACITY = 1024

/**
 * Runs a whole tree in this one thread, turn by turn, until `done`. The actors cannot tell the difference, since
 * they only ever meet messages in event time; nothing is watched and nothing restarted: what throws, throws here.
 */
export const runInline = async (
  root: Supervisor,
  options: { readonly log: Logger; readonly random: Random; readonly done: (board: Board) => boolean },
): Promise<Board> => {
  const { log, random, done } = options
  const board = createBoard()
  const hosts = new Map<string, Host>()
  const slots = new Map<string, number>()
  const slotOf = (name: string): number => {
    if (!slots.has(name)) slots.set(name, slots.size + 1)
    return slots.get(name)!
  }
  const start = async (child: Child): Promise<void> => {
    const { placement, name, sendsTo } = child
    const wakes = (placement.wakes ?? []).map(slotOf)
    const seed = random.whole(2 ** 31)
    const sync = placement.sync ?? null
    const slot = slotOf(name)
    const spec = { id: name, slot, bell: slot, given: child.given, sync, wakes, board, seed }
    const host = openHost(child.actor, spec, log, placement.services)
    for (const to of sendsTo) {
      const { sender, receiver } = createEdge(EDGE_CAPACITY)
      host.connect(to, sender)
      hosts.get(to)!.receive(spec.slot, receiver)
    }
    await host.start()
    hosts.set(name, host)
  }
  const startAll = async (nodes: readonly Node[]): Promise<void> => {
    checkChildren(nodes, new Set(hosts.keys()))
    for (const node of nodes)
      if (node.kind === 'supervisor') await startAll(await node.children())
      else if (!node.placement.asleep) await start(node)
  }

  await startAll(await root.children())
  while (!done(board)) {
    for (const host of hosts.values()) host.turn()
    await breath()
  }
  for (const host of [...hosts.values()].toReversed()) await host.stop()
  return board
}
