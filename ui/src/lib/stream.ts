import type { Channel, ClientMessage, ServerMessage } from '#api/contract.ts'
import { after, elapsed, every } from './clock.ts'

/** How the connection stands. `silent`: open, but nothing was heard for {@link silentMs}. */
export type Link =
  | { readonly state: 'connecting' | 'live' | 'silent' }
  | { readonly state: 'lost'; readonly attempts: number }
  | { readonly state: 'refused'; readonly says: string; readonly todo: string }

/** A server heartbeat comes each second: two missed ones are worth telling. */
export const silentMs = 1_800
/** After this the socket is given up and opened anew. */
const deadMs = 6_000
/** Waits between attempts: quick at first, since a restarted API is back within a second. */
const waitsMs = [100, 250, 500, 1_000, 2_000]
const lookMs = 200

type Data = Extract<ServerMessage, { items: unknown }>

/** Where to connect, with which key, and who is told what. */
export type StreamOptions = {
  readonly address: string
  readonly key: string
  readonly onLink: (link: Link) => void
  readonly onData: (message: Data) => void
  /** Milliseconds since the last message, told several times a second. */
  readonly onAge: (ms: number) => void
}

/** One self-mending connection: subscriptions outlive it and resume from the last sequence heard. */
export type Stream = {
  subscribe(channel: Channel, keys?: string[]): void
  unsubscribe(channel: Channel): void
  /** Forgets all sequences and asks for everything again: the run has changed. */
  startOver(): void
  close(): void
}

type Subscription = { readonly keys: string[] | undefined; since: number | undefined }

/** Opens the stream and keeps it open until `close`, or until the key is refused. */
export const openStream = ({ address, key, onLink, onData, onAge }: StreamOptions): Stream => {
  const wanted = new Map<Channel, Subscription>()
  let socket: WebSocket | undefined
  let ready = false
  let closed = false
  let attempts = 0
  let heardAt = elapsed()
  let link: Link = { state: 'connecting' }
  let cancelRetry = () => {}

  const tell = (next: Link) => {
    if (next.state === link.state && next.state !== 'lost') return
    link = next
    onLink(next)
  }

  const say = (message: ClientMessage) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }

  const ask = (channel: Channel, { keys, since }: Subscription) =>
    say({
      type: 'subscribe',
      channel,
      ...(keys && { keys }),
      ...(since !== undefined && { since }),
    })

  const hear = (message: ServerMessage) => {
    switch (message.type) {
      case 'ready':
        ready = true
        attempts = 0
        tell({ state: 'live' })
        for (const [channel, subscription] of wanted) ask(channel, subscription)
        return
      case 'snapshot':
      case 'delta': {
        const subscription = wanted.get(message.channel)
        if (!subscription) return // said before it heard that we left
        subscription.since = message.sequence
        return onData(message)
      }
      case 'error':
        if (!ready) refuse(message.says, message.todo)
        return
      case 'heartbeat':
      case 'gap': // a snapshot follows
        return
    }
  }

  const refuse = (says: string, todo: string) => {
    close()
    tell({ state: 'refused', says, todo })
  }

  const connect = () => {
    const mine = new WebSocket(address)
    socket = mine
    ready = false
    heardAt = elapsed()
    mine.onopen = () => say({ type: 'auth', token: key })
    mine.onmessage = (event: MessageEvent<string>) => {
      if (socket !== mine) return
      heardAt = elapsed()
      if (ready) tell({ state: 'live' })
      hear(JSON.parse(event.data) as ServerMessage)
    }
    mine.onclose = (event) => {
      if (socket !== mine || closed) return
      if (event.code === 1008 || event.code === 4401)
        return refuse('The engine does not know this key.', '')
      retry()
    }
  }

  const retry = () => {
    socket = undefined
    ready = false
    attempts += 1
    tell({ state: 'lost', attempts })
    cancelRetry = after(waitsMs[Math.min(attempts, waitsMs.length) - 1]!, connect)
  }

  const look = () => {
    const ms = elapsed() - heardAt
    onAge(ms)
    if (!socket || ms < silentMs) return
    if (ms > deadMs) {
      const dead = socket
      retry() // first, so that its late close is not counted twice
      dead.close()
    } else if (ready) tell({ state: 'silent' })
  }

  const stopLooking = every(lookMs, look)

  const close = () => {
    closed = true
    stopLooking()
    cancelRetry()
    socket?.close()
    socket = undefined
  }

  connect()
  return {
    subscribe(channel, keys) {
      const subscription = { keys, since: undefined }
      wanted.set(channel, subscription)
      if (ready) ask(channel, subscription)
    },
    unsubscribe(channel) {
      wanted.delete(channel)
      if (ready) say({ type: 'unsubscribe', channel })
    },
    startOver() {
      for (const [channel, subscription] of wanted) {
        subscription.since = undefined
        if (ready) ask(channel, subscription)
      }
    },
    close,
  }
}
