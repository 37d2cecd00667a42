import type { AnyActor, Context, Message } from '../actor.ts'
import type { FileSystem } from '../log/mod.ts'

/** Who looks on while an actor works. */
export type Witness = {
  /** Before each thing the actor does to the world: may throw, and the actor dies there. */
  point(): void
  /** What it did or was given. */
  saw(what: string): void
}

type Handler = (state: unknown, message: Message, ctx: Context) => void

/** The same actor, with every step it makes through its context seen by a witness. */
export const witnessed = (actor: AnyActor, witness: Witness): AnyActor => {
  const { start, on, pump, stop } = actor
  let door: Context | null = null
  const doorOf = (ctx: Context): Context => (door ??= watchedDoor(ctx, witness))
  const heard = ([type, handler]: [string, unknown]): [string, Handler] => [type, (state, message, ctx) => {
    witness.saw(`got ${type} at ${ctx.now()}`)
    ;(handler as Handler)(state, message, doorOf(ctx))
  }]
  return {
    ...actor,
    start: (given, ctx) => start(given, doorOf(ctx)),
    ...(on && { on: Object.fromEntries(Object.entries(on).map(heard)) }),
    ...(pump && { pump: (state, ctx) => pump(state, doorOf(ctx)) }),
    ...(stop && { stop: (state, ctx) => stop(state, doorOf(ctx)) }),
  }
}

const watchedDoor = (ctx: Context, { point, saw }: Witness): Context => ({
  ...ctx,
  send: (to, command, at) => {
    point()
    ctx.send(to, command, at)
    saw(`sent ${command.type} to ${to.ref} at ${at ?? ctx.now()}`)
  },
  deliver: (through) => {
    point()
    return ctx.deliver(through)
  },
  advance: (to) => {
    point()
    ctx.advance(to)
  },
  durable: (sequence) => {
    point()
    ctx.durable(sequence)
    saw(`durable through ${sequence}`)
  },
  wake: () => {
    point()
    ctx.wake()
  },
})

/** The same disk, with a point before each call that changes it: a thread may be ended between any two. */
export const watchedDisk = (disk: FileSystem, { point }: Pick<Witness, 'point'>): FileSystem => ({
  ...disk,
  openNew: (path) => (point(), disk.openNew(path)),
  write: (fd, bytes, from, length, position) => (point(), disk.write(fd, bytes, from, length, position)),
  truncate: (fd, size) => (point(), disk.truncate(fd, size)),
  fdatasync: (fd) => (point(), disk.fdatasync(fd)),
  fsync: (fd) => (point(), disk.fsync(fd)),
  syncFolder: (path) => (point(), disk.syncFolder(path)),
})
