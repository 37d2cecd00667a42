import type { ActorView, LatencyView, SystemView } from '../contract.ts'

/** An actor that has just begun: nothing is known of it but what is given. Test data. */
export const anActor = (over: Partial<ActorView> & Pick<ActorView, 'id'>): ActorView => ({
  kind: 'actor',
  parent: null,
  thread: over.kind === 'supervisor' ? null : over.id,
  state: 'running',
  restarts: 0,
  down: null,
  upSeconds: 0,
  cpuPercent: null,
  busyPercent: null,
  heapMb: null,
  heapLimitMb: null,
  buffersMb: null,
  wakesPerSecond: null,
  turnsPerSecond: null,
  ringLag: null,
  ringLost: null,
  mailbox: null,
  handled: null,
  handledPerSecond: null,
  latencyP50: null,
  latencyP99: null,
  latencyP999: null,
  latencyMax: null,
  killable: true,
  ...over,
})

/** Latencies that lie around 64 µs with a tail. Test data. */
export const aLatency = (actor: string, scale = 1): LatencyView => ({
  actor,
  count: 1111 * scale,
  sum: 120_000 * scale,
  p50: 64,
  p99: 512,
  p999: 4096,
  max: 3900,
  buckets: [
    { upTo: 32, count: 10 * scale },
    { upTo: 64, count: 1000 * scale },
    { upTo: 128, count: 0 },
    { upTo: 512, count: 100 * scale },
    { upTo: 4096, count: scale },
  ],
})

/** A process with a tick ring and a candle ring. Test data. */
export const aSystem = (over: Partial<SystemView> = {}): SystemView => ({
  at: '2022-11-10T04:00:00.000Z',
  upSeconds: 3_723,
  cores: 2,
  loads: [1.5, 1.25, 0.75],
  cpuPercent: 87.5,
  memoryMb: 612.4,
  ticksPerSecond: 1234.5,
  durable: 4_711,
  rings: [
    {
      id: 'ticks',
      capacity: 131_072,
      lossless: true,
      head: 100_000,
      readers: [
        { actor: 'candles/0', active: true, lag: 12, lost: 0 },
        { actor: 'executor', active: true, lag: 3, lost: 0 },
      ],
    },
    {
      id: 'candles/0',
      capacity: 32_768,
      lossless: true,
      head: 2_000,
      readers: [{ actor: 'executor', active: true, lag: 0, lost: 0 }],
    },
  ],
  ...over,
})
