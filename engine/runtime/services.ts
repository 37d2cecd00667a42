import type { MessagePort } from 'node:worker_threads'
import { expose, wrap, type Endpoint } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'

/**
 * Lets another thread call an object of this one through a port.
 * @param rouse   has that thread take the answers at once
 * @param admits  asked at each call: one that is not admitted is never answered
 */
export const offer = (object: object, port: MessagePort, rouse: () => void, admits: () => boolean): void => {
  const endpoint = nodeEndpoint(port)
  const bounded: Endpoint = {
    ...endpoint,
    postMessage(message, transfer) {
      endpoint.postMessage(message, transfer)
      rouse()
    },
    // For as long as there is a port: what is exposed here is never withdrawn before that closes.
    addEventListener: (type, listener) =>
      endpoint.addEventListener(type, (event: Event) => {
        if (!admits()) return
        if ('handleEvent' in listener) listener.handleEvent(event)
        else listener(event)
      }),
  }
  expose(object, bounded)
}

/** The objects that another thread offers here, by name: each call a promise. */
export const reach = (ports: Readonly<Record<string, MessagePort>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, wrap(nodeEndpoint(port))]))
