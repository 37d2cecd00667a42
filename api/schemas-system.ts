import { Type } from '@fastify/type-provider-typebox'
import { Count, Figure, named, nullable, Text, Time, words } from './schema-parts.ts'

/** Schemas of how actors, rings and the process fare. */
export const systemComponents = {
  Actor: named(
    'Actor',
    Type.Object({
      id: Text,
      kind: words('supervisor', 'actor'),
      parent: nullable(Text),
      thread: nullable(Text),
      state: words(
        'starting',
        'running',
        'restarting',
        'stopping',
        'stopped',
        'quarantined',
        'failed',
      ),
      restarts: Count,
      down: nullable(Type.Object({ at: Time, reason: Text, says: Text })),
      upSeconds: nullable(Type.Number()),
      cpuPercent: Figure,
      busyPercent: Figure,
      heapMb: Figure,
      heapLimitMb: Figure,
      buffersMb: Figure,
      wakesPerSecond: Figure,
      turnsPerSecond: Figure,
      ringLag: Figure,
      ringLost: Figure,
      mailbox: Figure,
      handled: Figure,
      handledPerSecond: Figure,
      latencyP50: Figure,
      latencyP99: Figure,
      latencyP999: Figure,
      latencyMax: Figure,
      killable: Type.Boolean(),
    }),
  ),
  Latency: named(
    'Latency',
    Type.Object({
      actor: Text,
      count: Count,
      sum: Type.Number(),
      p50: Figure,
      p99: Figure,
      p999: Figure,
      max: Figure,
      buckets: Type.Array(Type.Object({ upTo: Type.Number(), count: Count })),
    }),
  ),
  System: named(
    'System',
    Type.Object({
      at: Time,
      upSeconds: Count,
      cores: Count,
      loads: Type.Array(Type.Number()),
      cpuPercent: Figure,
      memoryMb: Type.Number(),
      ticksPerSecond: Figure,
      durable: Count,
      rings: Type.Array(
        Type.Object({
          id: Text,
          capacity: Count,
          lossless: Type.Boolean(),
          head: Type.Integer(),
          readers: Type.Array(
            Type.Object({
              actor: Text,
              active: Type.Boolean(),
              lag: Type.Integer(),
              lost: Type.Integer(),
            }),
          ),
        }),
      ),
    }),
  ),
}
