/** Runs one benchmark in a process of its own: no other one has warmed its code or filled its heap. */
import { pathToFileURL } from 'node:url'
import type { Bench, Size } from './bench.ts'

const [file, size] = process.argv.slice(2) as [string, Size]
const bench = (await import(pathToFileURL(file).href)) as Bench
process.send?.({ name: bench.name, measured: await bench[size]() })
process.disconnect?.()
