import { parentPort, workerData } from 'node:worker_threads'

/** What a thread of {@link ./threads.ts} runs: one exported function, whose result it sends back. */
const { module, task, given } = workerData as { module: string; task: string; given: unknown }
const tasks = (await import(module)) as Record<string, (given: unknown) => unknown>
parentPort!.postMessage(await tasks[task]!(given))
