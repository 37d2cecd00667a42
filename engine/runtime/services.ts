import type { MessagePort } from 'node:worker_threads'
import { expose, wrap, type Endpoint } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'

/** Lets another thread call an object of this one through a port; `rouse` has that thread take the answers at once. */
export const offer = (object: object, port: MessagePort, rouse: () => void): void => {
  const endpoint = nodeEndpoint(port)
  const rousing: Endpoint = {
    ...endpoint,
    postMessage(message, transfer) {
      endpoint.postMessage(message, transfer)
      rouse()
    },
  }
  expose(object, rousing)
}

/** The objects that another thread offers here, by name: each call a promise. */
export const reach = (ports: Readonly<Record<string, MessagePort>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, wrap(nodeEndpoint(port))]))
