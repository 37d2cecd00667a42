import { Transform } from 'node:stream'
import { Parser } from 'tap-parser'

/**
 * @typedef {{ ok: boolean, name: string, fullname?: string, skip?: unknown, todo?: unknown }} Told
 * @typedef {Told & { diag?: unknown, tapError?: unknown }} Result
 */

/**
 * What `tap` prints here: a line for each test file, the failures with their details, and last of all
 * `N passed, N failed, N skipped`, which counts the tests at a file's top level.
 */
export default class Reporter extends Transform {
  #parser = new Parser((results) => (this.#bailed = Boolean(results.bailout)))
  #bailed = false
  #counts = { passed: 0, failed: 0, skipped: 0 }
  #tests = 0
  /** @type {Result[]} */
  #failures = []

  constructor() {
    super()
    this.#parser.on('child', (file) => this.#enter(file))
    this.#parser.on('assert', (file) => this.#leave(file))
    this.#parser.on('comment', (text) => text.includes('|') && this.push(text))
    this.#parser.on('extra', (text) => this.push(text))
  }

  /** @param {Parser} file */
  #enter(file) {
    this.#tests = 0
    this.#failures = []
    file.on('assert', (test) => {
      this.#tests++
      this.#counts[test.skip || test.todo ? 'skipped' : test.ok ? 'passed' : 'failed']++
    })
    file.on('complete', (results) => (this.#failures = results.failures))
  }

  /** @param {Result} file */
  #leave(file) {
    this.push(`${file.skip ? 'skip' : file.ok ? 'ok  ' : 'FAIL'} ${file.name} (${this.#tests})\n`)
    if (!file.ok) this.#explain(file)
    else if (this.#tests === 0) this.#counts.skipped++
    this.#tests = 0
    this.#failures = []
  }

  /** @param {Result} file */
  #explain(file) {
    for (const failure of this.#failures)
      this.push(
        `     ${failure.fullname ?? failure.name ?? failure.tapError}\n${indent(failure.diag ?? {})}\n`,
      )
    // A file may end badly without a failed test of its own: it threw at import, timed out or exited.
    if (this.#failures.some((failure) => !failure.ok)) return
    this.#counts.failed++
    this.push(`${indent(file.diag ?? {})}\n`)
  }

  /**
   * @override
   * @param {Buffer} chunk
   * @param {string} _encoding
   * @param {() => void} done
   */
  _transform(chunk, _encoding, done) {
    this.#parser.write(chunk)
    done()
  }

  /** @override @param {() => void} done */
  _flush(done) {
    this.#parser.end()
    const { passed, failed, skipped } = this.#counts
    this.push(
      `\n${passed} passed, ${this.#bailed ? failed + 1 : failed} failed, ${skipped} skipped\n`,
    )
    done()
  }
}

/** @param {unknown} value */
const indent = (value) => JSON.stringify(value, null, 1).replace(/^/gm, '       ')
