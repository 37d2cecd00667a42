import { Compile } from 'typebox/compile'
import type { ClientMessage } from '../contract.ts'
import { ClientMessage as Schema } from '../schemas.ts'

const schema = Compile(Schema)

/** What a client said, or why it was not understood. */
export type Heard =
  | { readonly type: 'message'; readonly message: ClientMessage }
  | { readonly type: 'nonsense'; readonly because: string }

/** Reads one message of a client. */
export const parse = (data: string): Heard => {
  const message = jsonOf(data)
  if (message === undefined) return { type: 'nonsense', because: 'it is not JSON' }
  if (!schema.Check(message))
    return { type: 'nonsense', because: 'it has none of the shapes of a ClientMessage' }
  return { type: 'message', message: message as ClientMessage }
}

const jsonOf = (data: string): unknown => {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
