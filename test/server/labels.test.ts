import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, offsetAt, printDts, type SourceEdit } from '../../fdt/index.ts';
import { type CheckedSource, checkSource } from '../../kho/index.ts';
import { highlightsAt, prepareRenameAt, referencesAt, renameAt } from '../../server/labels.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { parseMarks } from '../support/marks.ts';

const TEXT = `/dts-v1/;
/ {
	one: a@1 { n = <&o$0ne &two>; p = &one; q = &{one/b}; one_more: b { }; };
	two: c { };
};
&one { r = <1>; };
/delete-node/ &two;
`;

function check(text: string): CheckedSource {
  return checkSource({ path: 'a.kho', text }, { bindings: SHIPPED });
}

function at(fixture: string): {
  checked: CheckedSource;
  place: Parameters<typeof highlightsAt>[1];
} {
  const { text, cursor = 0 } = parseMarks(fixture);
  return { checked: check(text), place: { offset: cursor, isInFile: () => true } };
}

test('a label is found wherever it is written', () => {
  const { checked, place } = at(TEXT);
  const lines = referencesAt(checked, place, true, () => 'a.kho').map(
    ({ range }) => `${range.start.line}:${range.start.character}-${range.end.character}`,
  );
  assert.deepEqual(lines, ['2:1-4', '2:18-21', '2:34-37', '2:45-48', '5:1-4']);
  assert.equal(referencesAt(checked, place, false, () => 'a.kho').length, 4);
  assert.deepEqual(
    highlightsAt(checked, place).map(({ kind }) => kind),
    [3, 2, 2, 2, 2],
  );
});

test('what is no label has no references', () => {
  const { checked } = at(TEXT);
  const place = { offset: 0, isInFile: () => true };
  assert.deepEqual(
    referencesAt(checked, place, true, () => 'a.kho'),
    [],
  );
  assert.equal(prepareRenameAt(checked, place), undefined);
});

/** The text after the edits of a rename. */
function renamed(checked: CheckedSource, edit: ReturnType<typeof renameAt>): string {
  assert.ok('changes' in edit && edit.changes !== undefined);
  const { source } = checked;
  const edits = Object.values(edit.changes)
    .flat()
    .map(({ range, newText }): SourceEdit => {
      const span = {
        source,
        start: offsetAt(source, range.start),
        end: offsetAt(source, range.end),
      };
      return { span, text: newText };
    });
  return applyEdits(source, edits);
}

test('a label is renamed everywhere, and nothing else is', () => {
  const { checked, place } = at(TEXT);
  const text = renamed(
    checked,
    renameAt(checked, place, 'first', () => 'a.kho'),
  );
  assert.equal(text.match(/\bfirst\b/g)?.length, 5);
  assert.ok(text.includes('one_more:'));
  assert.doesNotMatch(text, /\bone\b/);
});

// What a label cannot be called, and why.
const REFUSED: readonly [string, RegExp][] = [
  ['two', /there is a label two already/],
  ['1a', /begins with no digit/],
  ['a-b', /letters, digits and _/],
  ['', /letters, digits and _/],
];

for (const [name, reason] of REFUSED)
  test(`a label is not renamed to '${name}'`, () => {
    const { checked, place } = at(TEXT);
    const edit = renameAt(checked, place, name, () => 'a.kho');
    assert.match('refused' in edit ? edit.refused : '', reason);
  });

test('whatever a label is called, the tree is the same', () => {
  const { checked, place } = at(TEXT);
  const printed = (each: CheckedSource): string =>
    printDts(each.tree, { byteOrder: 'little' }).replace(/^\s*(\w+): /gm, '');
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z_]\w{0,12}$/), (name) => {
      const edit = renameAt(checked, place, name, () => 'a.kho');
      if ('refused' in edit) return;
      const after = check(renamed(checked, edit));
      assert.equal(printed(after), printed(checked));
    }),
    { numRuns: 50 },
  );
});
