// Every repair that is offered for a mistake repairs it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../fdt/index.ts';
import { checked, INCLUDE } from './c-parser.ts';
import { MISTAKES } from './mistakes.ts';

let repairs = 0;

for (const { name, rule, bad, release } of MISTAKES) {
  const text = INCLUDE + bad;
  const { source, issues: before } = checked(text, release);
  for (const issue of before)
    for (const fix of issue.fixes ?? []) {
      repairs++;
      test(`${rule}, ${name}: ${fix.title}`, () => {
        const edited = applyEdits(source, fix.edits);
        const after = checked(edited, release).issues;
        const count = (issues: typeof before): number =>
          issues.filter((each) => each.rule === issue.rule).length;
        assert.ok(count(after) < count(before), edited);
        const isNew = after.find((each) => before.every((old) => old.rule !== each.rule));
        assert.equal(isNew, undefined, `${isNew?.message} in\n${edited}`);
      });
    }
}

test('there are repairs', () => {
  assert.ok(repairs > 10, `only ${repairs}`);
});
