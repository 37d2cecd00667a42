import type {
  CandleView,
  CloneOf,
  InstrumentView,
  LatencyView,
  NewStrategy,
  PerformanceView,
  ProblemDocument,
  StrategyTypeView,
  StrategyView,
  SystemView,
} from '#api/contract.ts'
import { heldKey } from './key.ts'

/** A request that was not carried out: what happened, and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string
  readonly status: number
  readonly todo: string
  readonly errors: readonly { path: string; says: string }[]

  constructor(problem: Pick<ProblemDocument, 'code' | 'status' | 'detail' | 'todo' | 'errors'>) {
    super(problem.detail)
    this.code = problem.code
    this.status = problem.status
    this.todo = problem.todo ?? ''
    this.errors = problem.errors ?? []
  }
}

/** Whatever was thrown, as a {@link Failure} that can be shown. */
export const failureOf = (thrown: unknown): Failure =>
  thrown instanceof Failure
    ? thrown
    : new Failure({
        code: 'UI_UNREACHABLE',
        status: 0,
        detail: 'The engine did not answer. Nothing was changed.',
        todo: 'Trading does not depend on this page. Wait for the connection light, then try again.',
      })

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

const send = async (method: Method, path: string, body?: unknown): Promise<Response> => {
  const answer = await fetch(`/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${heldKey() ?? ''}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': freshId() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (answer.ok) return answer
  throw new Failure(await problemIn(answer))
}

const call = async <T>(method: Method, path: string, body?: unknown): Promise<T> =>
  (await (await send(method, path, body)).json()) as T

const problemIn = async (
  answer: Response,
): Promise<Pick<ProblemDocument, 'code' | 'status' | 'detail'>> => {
  const read: unknown = await answer.json().catch(() => null)
  const problem = (read ?? {}) as Partial<ProblemDocument>
  return {
    ...problem,
    code: problem.code ?? `HTTP_${answer.status}`,
    status: answer.status,
    detail: problem.detail ?? `The engine answered ${answer.status}.`,
  }
}

// Not randomUUID: browsers offer it on secure origins alone.
const freshId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) =>
    word.toString(16).padStart(8, '0'),
  ).join('')

const items = async <T>(path: string): Promise<T[]> =>
  (await call<{ items: T[] }>('GET', path)).items
const segment = encodeURIComponent

/** What the dashboard asks of the engine beside the stream. Every call may reject with a {@link Failure}. */
export const api = {
  types: () => items<StrategyTypeView>('/strategies/types'),
  performance: (id: string) =>
    call<PerformanceView>('GET', `/strategies/${segment(id)}/performance`),
  candles: (symbol: string, timeframe: string) =>
    items<CandleView>(`/candles?symbol=${segment(symbol)}&timeframe=${segment(timeframe)}`),
  configure: (id: string, params: Record<string, unknown>) =>
    call<StrategyView>('PUT', `/strategies/${segment(id)}`, { params }),
  instruments: () => items<InstrumentView>('/instruments'),
  add: (strategy: NewStrategy) => call<StrategyView>('POST', '/strategies', strategy),
  clone: (id: string, as: CloneOf) =>
    call<StrategyView>('POST', `/strategies/${segment(id)}/clone`, as),
  remove: (id: string, flatten: boolean) =>
    call<StrategyView>('DELETE', `/strategies/${segment(id)}?flatten=${flatten}`),
  tell: (id: string, what: 'start' | 'stop' | 'pause' | 'resume') =>
    call<StrategyView>('POST', `/strategies/${segment(id)}/${what}`),
  kill: (actor: string) => call<{ id: string }>('POST', `/system/actors/${segment(actor)}/kill`),
  system: () => call<SystemView>('GET', '/system'),
  latency: (actor: string) => call<LatencyView>('GET', `/system/actors/${segment(actor)}/latency`),
  profile: async (actor: string, seconds: number) =>
    (await send('POST', `/system/actors/${segment(actor)}/profile`, { seconds })).blob(),
  heapSnapshot: async (actor: string) =>
    (await send('POST', `/system/actors/${segment(actor)}/heap-snapshot`)).blob(),
  restart: (actor: string) =>
    call<{ id: string }>('POST', `/system/actors/${segment(actor)}/restart`),
}
