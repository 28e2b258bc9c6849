// A document that is brought up to date while it is edited is what a fresh reading gives.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type DtsDocument,
  EditedSource,
  type Issue,
  type Outcome,
  parseDts,
  reparseDts,
  type SourceFile,
} from '../../fdt/index.ts';
import { describeIssue } from './dts.ts';
import { randomEdit } from './random-edits.ts';
import { randomFrom, randomSource } from './random-source.ts';

const EDITS_PER_SOURCE = 400;
const SEED = 20_261_123;

for (const [index, { path, text }] of sources().entries()) {
  test(`${EDITS_PER_SOURCE} edits of ${path}`, () => {
    const random = randomFrom(SEED + index);
    const source = new EditedSource(path, text);
    let parsed: Outcome<DtsDocument> = parseDts(source);
    let near = 0;
    for (let edit = 0; edit < EDITS_PER_SOURCE; edit++) {
      // Broken text stays broken for long: start over, so that edits of right text are tried too.
      const base = edit % 20 === 0 ? text : source.text;
      const { start, end, text: typed } = randomEdit(base, near, random);
      const before = source.text;
      source.text = base.slice(0, start) + typed + base.slice(end);
      near = start + typed.length;
      parsed = reparseDts(parsed)?.parsed ?? parseDts(source);
      const fresh = parseDts({ path, text: source.text });
      const [actual, expected] = [shown(parsed), shown(fresh)];
      const place = `seed ${SEED + index}, edit ${edit}`;
      assert.ok(
        actual === expected,
        `${place}: ${firstDifference(actual, expected)}\n${before}\n--- became\n${source.text}`,
      );
    }
  });
}

test('typing in a property reads only that property again', () => {
  const text = randomSource(1);
  const source = new EditedSource('a.kho', `/dts-v1/;\n/ {\n a { b = <1>; };\n};\n${text.length}`);
  source.text = '/dts-v1/;\n/ {\n a { b = <1>; c; };\n d { };\n};\n';
  const parsed = parseDts(source);
  source.text = source.text.replace('<1>', '<12>');
  const { change } = reparseDts(parsed) ?? {};
  assert.deepEqual(
    change?.added.map((item) => item.kind === 'property' && item.name),
    ['b'],
  );
  assert.equal(change?.removed.length, 1);
});

function firstDifference(actual: string, expected: string): string {
  const lines = expected.split('\n');
  const index = actual.split('\n').findIndex((line, i) => line !== lines[i]);
  const around = (text: string): string =>
    text
      .split('\n')
      .slice(index - 4, index + 3)
      .join('\n');
  return `${around(actual)}\n--- should be\n${around(expected)}`;
}

/** All that a document says, in words that do not depend on how it is kept. */
function shown({ value, issues }: Outcome<DtsDocument>): string {
  const { items, includes, isFragment, isPlugin, source } = value;
  const plain = JSON.stringify(
    { items, includes, isFragment, isPlugin },
    (_, each) => plainOf(each, source),
    1,
  );
  return `${plain}\n${issues.map(describeIssueWithAll).sort().join('\n')}`;
}

function plainOf(value: unknown, source: SourceFile): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value === source) return 'source';
  if (typeof value !== 'object' || value === null) return value;
  const { kind } = value as { kind?: string };
  if (kind === 'property') {
    const { labels, name, nameSpan, whole, hasValue, isPlain, values } = value as never;
    return { kind: 'a property', labels, name, nameSpan, whole, hasValue, isPlain, values };
  }
  if (kind === 'node') {
    const { labels, name, nameSpan, whole, body, target, items } = value as never;
    return { kind: 'a node', labels, name, nameSpan, whole, body, target, items };
  }
  return value;
}

function describeIssueWithAll(issue: Issue): string {
  const related = (issue.related ?? []).map(({ span }) => `${span?.start}-${span?.end}`);
  const fixes = (issue.fixes ?? []).flatMap(({ edits }) =>
    edits.map(({ span }) => `${span.start}-${span.end}`),
  );
  return `${describeIssue(issue)} ${issue.span?.end} ${related} ${fixes}`;
}

function sources(): readonly SourceFile[] {
  const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.kho(\.dts)?$/.test(name))
    .map((name) => ({ path: name, text: readFileSync(`examples/${name}`, 'utf8') }));
  const random = [1, 2, 3, 4, 5, 6].map((seed) => ({
    path: `random ${seed}`,
    text: randomSource(seed),
  }));
  return [...examples, ...random];
}
