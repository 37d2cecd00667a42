import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { NodeFS } from '@electric-sql/pglite/nodefs'

// The parts of Emscripten's NODEFS that are touched. They are not public: see the self-test in connect.ts.
type Stream = { readonly nfd?: number | null; readonly node: unknown }
type NodeFileSystem = { stream_ops: Record<string, unknown>; realPath(node: unknown): string }
type Module = { readonly FS: { readonly filesystems: { readonly NODEFS: NodeFileSystem } } }

/**
 * PGlite's files on disk, with fsync. As shipped its file system has no such operation, so every commit stays in
 * the page cache: it survives a killed process, but a power cut destroys the whole database. This adds the
 * operation. It reaches into the package, which is why the package's version is pinned exactly and why opening
 * a database proves on a real commit that `fsyncs` rises.
 */
export class DurableNodeFS extends NodeFS {
  /** How often the database has asked for a file to reach the disk. */
  fsyncs = 0

  override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...given)
    const install = (module: Module) => {
      const { NODEFS } = module.FS.filesystems
      const fsync = (stream: Stream) => {
        this.fsyncs++
        syncStream(stream, NODEFS)
        return 0
      }
      NODEFS.stream_ops = { ...NODEFS.stream_ops, fsync }
    }
    const preRun = [...((emscriptenOpts.preRun as unknown[] | undefined) ?? []), install]
    return { emscriptenOpts: { ...emscriptenOpts, preRun } as typeof emscriptenOpts }
  }
}

// A directory has no descriptor of its own here, so one is opened for the moment.
const syncStream = (stream: Stream, nodefs: NodeFileSystem) => {
  if (stream.nfd !== undefined && stream.nfd !== null) return fsyncSync(stream.nfd)
  syncPath(nodefs.realPath(stream.node))
}

/** Brings a folder to the disk with all that is in it, or its own list of names alone. */
export const syncTree = (dir: string, depth?: 'this folder alone'): void => {
  if (depth === undefined)
    for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true }))
      if (entry.isFile() || entry.isDirectory()) syncPath(join(entry.parentPath, entry.name))
  syncPath(dir)
}

const syncPath = (path: string) => {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
