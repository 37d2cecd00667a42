import { parentPort, workerData } from 'node:worker_threads'
import type { Role, Work } from './crew.ts'

/** What each thread of {@link ./crew.ts} runs: the work of one role, once per round. */
const { module, task, given } = workerData as { module: string } & Role
const tasks = (await import(module)) as Record<string, (given: unknown) => Work>
const work = tasks[task]!(given)
const port = parentPort!

port.on('message', async (records: number) => port.postMessage(await work(records)))
port.postMessage(0)
