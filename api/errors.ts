import { catalogue } from '#engine/mod.ts'

/** Everything the API may say no with. */
export const { area, entries, problem } = catalogue('API', {
  NO_KEY: {
    next: 'stop',
    says: (d: { path: string }) => `${d.path} is only for those who hold the session key.`,
    todo: 'Open the address that was printed at start, or send its key as `Authorization: Bearer <key>`.',
  },
  FOREIGN_HOST: {
    next: 'stop',
    says: (d: { host: string }) => `This server does not go by the name "${d.host}".`,
    todo: 'Use the address that was printed at start. To serve another name, name it in the settings.',
  },
  FOREIGN_ORIGIN: {
    next: 'stop',
    says: (d: { origin: string }) => `A page of ${d.origin} may not talk to this server.`,
    todo: 'Open the dashboard from this server itself.',
  },
  NO_PORT: {
    next: 'stop',
    says: (d: { from: number; to: number }) => `Every port from ${d.from} to ${d.to} is taken.`,
    todo: 'Give another one with --port.',
  },
  NOT_ALLOWED: {
    next: 'stop',
    says: (d: { path: string; role: string }) => `${d.path} needs the role "${d.role}".`,
    todo: 'Ask an owner of the system.',
  },
  NO_SUCH_PATH: {
    next: 'stop',
    says: (d: { method: string; path: string }) => `There is nothing at ${d.method} ${d.path}.`,
    todo: 'Look the path up at /api/docs.',
  },
  UNKNOWN: {
    next: 'stop',
    says: (d: { kind: string; id: string }) => `There is no ${d.kind} "${d.id}".`,
    todo: 'It may be misspelt, or so old that it is no longer kept in memory.',
  },
  INVALID: {
    next: 'stop',
    says: (d: { where: string; count: number }) =>
      `${d.count === 1 ? 'One thing is' : `${d.count} things are`} wrong in the ${d.where} of this request.`,
    todo: 'Each fault is listed under `errors`; correct them and send it again.',
  },
  UNREADABLE: {
    next: 'stop',
    says: (d: { because: string }) => `The request could not be read: ${d.because}.`,
    todo: 'Send a JSON body of at most 64 KB as application/json.',
  },
  KEY_REUSED: {
    next: 'stop',
    says: (d: { key: string }) =>
      `The Idempotency-Key "${d.key}" was already used for another request.`,
    todo: 'Use a fresh key for each request, and the same one only to repeat it.',
  },
  TOO_MANY_REQUESTS: {
    next: 'retry',
    says: (d: { max: number; perMs: number }) =>
      `More than ${d.max} requests came within ${d.perMs / 1000} s.`,
    todo: 'Wait a moment; follow what changes over /api/stream instead of asking again and again.',
  },
  NO_DASHBOARD: {
    next: 'stop',
    says: (d: { dir: string }) => `The dashboard was not found at ${d.dir}.`,
    todo: 'Start with `npm start`, which builds it.',
  },
  UNEXPECTED: {
    next: 'retry',
    says: (d: { request: string }) => `Request ${d.request} met a defect. Trading is not affected.`,
    todo: 'Report it with the log line of that request.',
  },
  STREAM_NO_AUTH: {
    next: 'stop',
    says: (d: { withinMs: number }) =>
      `The first message has to be {type: "auth", token}, within ${d.withinMs / 1000} s.`,
    todo: 'Open the address that was printed at start: the key is part of it.',
  },
  STREAM_BAD_MESSAGE: {
    next: 'stop',
    says: (d: { because: string }) => `That message was not understood: ${d.because}.`,
    todo: 'Messages are listed as ClientMessage in api/contract.ts.',
  },
  STREAM_ABUSE: {
    next: 'stop',
    says: (d: { because: string }) => `The connection was closed: ${d.because}.`,
    todo: 'Correct the client before it connects again.',
  },
  STREAM_FULL: {
    next: 'retry',
    says: (d: { max: number }) => `There are ${d.max} live connections already.`,
    todo: 'Close a dashboard that nobody looks at.',
  },
})
