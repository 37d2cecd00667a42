import { Transform } from 'node:stream';
import { Parser } from 'tap-parser';

const indent = (value) => JSON.stringify(value, null, 1).replace(/^/gm, '       ');

/** A line for each test file, the failures, and last of all `N passed, N failed, N skipped` (tests, not assertions). */
export default class Reporter extends Transform {
  #parser = new Parser((results) => (this.#bailed = Boolean(results.bailout)));
  #bailed = false;
  #failures = [];
  #counts = { passed: 0, failed: 0, skipped: 0 };
  #tests = 0;
  constructor() {
    super();
    this.#parser.on('child', (file) => {
      this.#tests = 0;
      this.#failures = [];
      file.on('assert', (test) => {
        this.#tests++;
        this.#counts[test.skip || test.todo ? 'skipped' : test.ok ? 'passed' : 'failed']++;
      });
      file.on('complete', (r) => (this.#failures = r.failures));
    });
    this.#parser.on('assert', (file) => {
      this.push(`${file.skip ? 'skip' : file.ok ? 'ok  ' : 'FAIL'} ${file.name} (${this.#tests})\n`);
      if (!file.ok) {
        for (const f of this.#failures) this.push(`     ${f.fullname ?? f.name ?? f.tapError}\n${indent(f.diag ?? {})}\n`);
        // A file that ends without a failed test of its own: thrown at import, timed out, exited.
        if (this.#failures.every((f) => f.ok !== false)) {
          this.#counts.failed++;
          this.push(`${indent(file.diag ?? {})}\n`);
        }
      } else if (this.#tests === 0) this.#counts.skipped++;
      this.#tests = 0;
      this.#failures = [];
    });
    this.#parser.on('comment', (text) => text.includes('|') && this.push(text));
    this.#parser.on('extra', (text) => this.push(text));
  }
  _transform(chunk, _encoding, done) {
    this.#parser.write(chunk);
    done();
  }
  _flush(done) {
    this.#parser.end();
    const { passed, failed, skipped } = this.#counts;
    this.push(`\n${passed} passed, ${this.#bailed ? failed + 1 : failed} failed, ${skipped} skipped\n`);
    done();
  }
}
