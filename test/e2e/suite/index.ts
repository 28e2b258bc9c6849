// Runs in the editor's extension host: mocha over one folder of this one. `trusted/` holds what a
// user sees in a folder they trust, `restricted/` what they see before they do. A test is a file
// `<feature>.e2e.ts`; it waits with `until` and never sleeps.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import { screenshot } from '../support/screenshot.ts';

/** Long enough for a debug session on a busy machine; conditions time out before it. */
const TEST_TIMEOUT_MS = 60_000;

/** The tests beside this file's bundle, in the folder that KHO_E2E_SUITE names. */
export async function run(): Promise<void> {
  const suite = process.env.KHO_E2E_SUITE ?? 'trusted';
  const folder = path.join(__dirname, suite);
  const grep = process.env.KHO_E2E_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: process.env.KHO_E2E_COLOR === '1',
    timeout: TEST_TIMEOUT_MS,
    ...(grep === undefined ? {} : { grep }),
  });
  mocha.rootHooks({
    async afterEach(this: Mocha.Context) {
      const { currentTest } = this;
      if (currentTest?.state === 'failed') await screenshot(`failed ${currentTest.fullTitle()}`);
    },
  });
  const files = readdirSync(folder).filter((file) => file.endsWith('.e2e.cjs'));
  if (files.length === 0) throw new Error(`no tests in ${folder}`);
  for (const file of files.sort()) mocha.addFile(path.join(folder, file));
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) throw new Error(`${failures} tests failed in ${suite}`);
}
