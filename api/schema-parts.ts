import { Type } from '@fastify/type-provider-typebox'
import type { TSchema } from '@fastify/type-provider-typebox'

/** Rupees, exactly. */
export const Money = Type.String({ description: 'rupees as a decimal string', examples: ['-1234.50'] })
/** A moment. */
export const Time = Type.String({
  description: 'ISO 8601 with an offset',
  examples: ['2022-11-10T09:15:00.000+05:30'],
})
/** Any text. */
export const Text = Type.String()
/** How many. */
export const Count = Type.Integer({ minimum: 0 })
/** What may be missing. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
/** A reading that may be missing. */
export const Figure = nullable(Type.Number())
/** One of these words. */
export const words = <const W extends string[]>(...all: W) =>
  Type.Union(all.map((word) => Type.Literal(word))) as unknown as ReturnType<
    typeof Type.Unsafe<W[number]>
  > // a union of literals, typed as its words
/** A schema with a name in the OpenAPI document. */
export const named = <T extends TSchema>($id: string, schema: T): T => Object.assign(schema, { $id })
