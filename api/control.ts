import type { ActorView, CloneOf, LatencyView, NewStrategy, SystemView } from './contract.ts'

/** How a request to the supervisor ended; a refusal says what to do. */
export type Done = { readonly type: 'done' } | Refused

/** What a request to the supervisor brought, or why it brought nothing. */
export type Brought = { readonly type: 'done'; readonly what: string } | Refused

/** Why a command was not carried out; code and words are the system's own. */
export type Refused = {
  readonly type: 'refused'
  readonly code: string
  readonly says: string
  readonly todo: string
}

/** Parameters after validation by their declaration, defaults filled in. */
export type Params = Readonly<Record<string, unknown>>

/** What the API may ask of the running system. Done means begun: what comes of it is a fact, which the views show. */
export type Control = {
  actors(): Promise<readonly ActorView[]>
  system(): Promise<SystemView>
  /** Of every actor that measures any, or of the one named. */
  latencies(actor?: string): Promise<readonly LatencyView[]>
  /** The text of a CPU profile of an actor's thread over the next seconds. */
  profile(actor: string, seconds: number): Promise<Brought>
  /** Has an actor's thread write its heap to a file, and names the file. Whoever asked deletes it. */
  heapSnapshot(actor: string): Promise<Brought>
  /** Ends an actor's thread at once, as a crash would; its supervisor decides what follows. */
  kill(actor: string): Promise<Done>
  /** Stops an actor in order and starts it from the journal. */
  restart(actor: string): Promise<Done>
  start(strategy: string): Promise<Done>
  stop(strategy: string): Promise<Done>
  /** Takes up its file as it is now; what runs goes on when that may not run. */
  reload(strategy: string): Promise<Done>
  pause(strategy: string): Promise<Done>
  resume(strategy: string): Promise<Done>
  /** Adds a strategy to the running fleet. */
  add(strategy: NewStrategy): Promise<Done>
  /** Adds another like one that is there, or was. */
  clone(strategy: string, as: CloneOf): Promise<Done>
  /** Takes a strategy out of the fleet; one that holds something only with `flatten`, once that is left. */
  remove(strategy: string, flatten: boolean): Promise<Done>
  /** Gives a strategy new parameters, which restarts its thread alone. */
  configure(strategy: string, params: Params): Promise<Done>
}

/** One parameter that was refused: its name and a sentence. */
export type ParamFault = { readonly path: string; readonly says: string }

/** Parameters as they were found: complete, or every fault of them. */
export type ParsedParams =
  | { readonly type: 'ok'; readonly params: Params }
  | { readonly type: 'bad'; readonly errors: readonly ParamFault[] }

/** Checks parameters against the declaration of a strategy type, and fills in its defaults. */
export type ParseParams = (type: string, params: Params) => ParsedParams
