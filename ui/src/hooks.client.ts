import { takeKeyFromAddress } from '#lib/key.ts'

/** Before the router looks at the address: it must never see, keep or restore the key. */
export const init = (): void => takeKeyFromAddress()
