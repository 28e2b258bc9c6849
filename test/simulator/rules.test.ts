// Every rule of who uses KHO, broken by a driver as small as can be: the finding, at the line that
// breaks it, and none for the same driver mended. Each mistake is made by every kernel of a chain,
// and said once.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { isInReleases } from '../../kho/index.ts';
import { MAINLINE } from './mainline-scenarios.ts';
import { assertFound, type RuleRow, RuleRuns, rulesBut, textsOf } from './rule-drivers.ts';
import { BOOT_RULES } from './rules-of-boots.ts';
import { FILE_RULES } from './rules-of-files.ts';
import { SUBTREE_RULES } from './rules-of-subtrees.ts';

const ROWS: readonly RuleRow[] = [...SUBTREE_RULES, ...BOOT_RULES, ...FILE_RULES];
const runs = new RuleRuns();
after(() => runs.end());

/** The oldest release that a row is about over one jump, the newest over two. */
for (const row of ROWS) {
  const its = MAINLINE.filter(({ name }) => isInReleases(name, row.releases ?? ['6.19..']));
  for (const [index, release] of [its.at(0), its.at(-1)].entries()) {
    if (release === undefined || (index > 0 && its.length < 2)) continue;
    test(`${release.name}: ${row.rule}: ${row.what}`, async () => {
      const { broken, mended } = textsOf(row, release);
      const count = (row.kernels ?? 2) + (row.isAlone ? 0 : index);
      const releases = Array.from({ length: count }, () => release.name);
      assertFound(row, broken, await runs.run(row, broken, releases));
      const result = await runs.run(
        { ...row, ...(row.mendedLastSteps && { lastSteps: row.mendedLastSteps }) },
        mended,
        releases,
      );
      assert.deepEqual(rulesBut(result, row.also), [], JSON.stringify(result.findings, null, 1));
    });
  }
}
