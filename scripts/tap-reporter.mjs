import { Transform } from 'node:stream'
import { Parser } from 'tap-parser'

/**
 * @typedef {{ ok: boolean, name: string, fullname?: string, skip?: unknown, todo?: unknown }} Told
 * @typedef {Told & { diag?: unknown, tapError?: unknown }} Result
 */

/**
 * What `tap` prints here: a line for each test file, the failed assertions with their details, and last of all
 * `N passed, N failed, N skipped`, which counts the tests at a file's top level.
 */
export default class Reporter extends Transform {
  #parser = new Parser((results) => (this.#bailed = Boolean(results.bailout)))
  #bailed = false
  #counts = { passed: 0, failed: 0, skipped: 0 }
  #tests = 0
  #failed = 0
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
    this.#failed = 0
    this.#failures = []
    file.on('assert', (test) => {
      this.#tests++
      if (test.skip || test.todo) this.#counts.skipped++
      else if (test.ok) this.#counts.passed++
      else this.#failed++
    })
    this.#gather(file)
  }

  /**
   * Keeps what failed, however deep: a test that failed because of one within it says nothing new.
   * @param {Parser} tests
   */
  #gather(tests) {
    let before = -1
    tests.on('child', (within) => {
      before = this.#failures.length
      this.#gather(within)
    })
    tests.on('assert', (test) => {
      const explained = before >= 0 && this.#failures.length > before
      if (!test.ok && !test.skip && !test.todo && !explained) this.#failures.push(test)
      before = -1
    })
    tests.on('complete', (/** @type {{ failures: Result[] }} */ { failures }) => {
      this.#failures.push(...failures.filter(({ tapError }) => tapError))
    })
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
    for (const { fullname, name, tapError, diag } of this.#failures)
      this.push(`     ${fullname ?? name ?? tapError}\n${diag ? `${indent(diag)}\n` : ''}`)
    // A file may end badly without a failed test of its own: it threw at import, timed out or exited.
    this.#counts.failed += Math.max(1, this.#failed)
    if (this.#failures.length === 0) this.push(`${indent(file.diag ?? {})}\n`)
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
