import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * @typedef {object} Report
 * @property {number} passed
 * @property {string[]} failed  names; a file that could not be loaded counts as one
 * @property {{ name: string, reason: string }[]} skipped
 * @property {string[]} again  names of those that passed only when they were tried again
 * @property {string[]} failedFiles  absolute; what may be tried again alone. Empty where a failure belongs to no file
 */

/** A vitest reporter: what passed, failed and was skipped, as JSON into the file that TELLTALE_TEST_REPORT names. */
export default class TestReport {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Report} */
    const report = {
      passed: 0,
      failed: unhandledErrors.map(() => 'an error outside of a test'),
      skipped: [],
      again: [],
      failedFiles: [],
    };
    const files = new Set(unhandledErrors.map(fileOf));
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      if (module.errors().length > 0) report.failed.push(file);
      if (module.state() === 'failed') files.add(module.moduleId);
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${file} › ${test.fullName}`;
        if (test.diagnostic()?.flaky) report.again.push(name);
        if (result.state === 'passed') report.passed++;
        else if (result.state === 'failed') report.failed.push(name);
        else
          report.skipped.push({
            name,
            reason: ('note' in result && result.note) || 'what it needs is not here, see "skipped:" above',
          });
      }
    }
    if (!files.has('')) report.failedFiles = [...files];
    writeFileSync(process.env.TELLTALE_TEST_REPORT ?? 'test-report.json', JSON.stringify(report));
  }
}

/**
 * @param {unknown} error
 * @returns {string} the test file in which it was thrown, or nothing
 */
function fileOf(error) {
  const { VITEST_TEST_PATH: file } = /** @type {{ VITEST_TEST_PATH?: unknown }} */ (error);
  return typeof file === 'string' ? file : '';
}
