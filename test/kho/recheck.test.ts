// A source that is checked again and again while it is edited is found to be what it is found to be
// when it is read for the first time: the tree, its bytes, where each of them was written, and
// what is wrong.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  EditedSource,
  type Issue,
  nodesOf,
  positionAt,
  type SourceFile,
  type Span,
  writeFdt,
} from '../../fdt/index.ts';
import { type CheckedSource, checkSource, nodeSkeleton, recheckSource } from '../../kho/index.ts';
import { randomEdit } from '../fdt/random-edits.ts';
import { randomFrom, randomSource } from '../fdt/random-source.ts';
import { SHIPPED } from './shipped-bindings.ts';

const EDITS = 10_000;
const BURST = 5;
const SEED = 20_261_123;
const OPTIONS = { bindings: SHIPPED };

const SOURCES = sources();
for (const [index, { path, text }] of SOURCES.entries()) {
  const edits = Math.ceil(EDITS / SOURCES.length);
  test(`${edits} edits of ${path}`, () => {
    const kept = replay(path, text, SEED + index, edits);
    // Definitions that merge, delete and refer to each other are compiled anew nearly always.
    const least = path.startsWith('random') ? 1 : edits / 10;
    assert.ok(kept >= least, `only ${kept} of ${edits} edits were taken in without starting over`);
  });
}

function replay(path: string, text: string, seed: number, edits: number): number {
  const random = randomFrom(seed);
  const source = new EditedSource(path, text);
  let checked = checkSource(source, OPTIONS);
  let near = 0;
  let kept = 0;
  for (let edit = 0; edit < edits; edit += BURST) {
    // Broken text stays broken for long: start over, so that edits of right text are tried too.
    if (edit % 20 === 0) source.text = text;
    for (let i = 0; i < BURST; i++) {
      const { start, end, text: typed } = randomEdit(source.text, near, random);
      source.text = source.text.slice(0, start) + typed + source.text.slice(end);
      near = start + typed.length;
      const { tree } = checked;
      checked = recheckSource(checked, OPTIONS);
      if (checked.tree === tree) kept++;
    }
    const fresh = checkSource({ path, text: source.text }, OPTIONS);
    const [actual, expected] = [shown(checked), shown(fresh)];
    const difference = (): string =>
      `seed ${seed}, edit ${edit}: ${firstDifference(actual, expected)}`;
    assert.ok(actual === expected, actual === expected ? '' : `${difference()}\n${source.text}`);
  }
  return kept;
}

/** A node for each binding, with what it must have. */
function allBindings(): string {
  const lines = SHIPPED.bindings.flatMap((binding, i) =>
    nodeSkeleton(`node-${i}`, binding, '\t').map((line) =>
      line.replace('compatible = ""', `compatible = "${binding.compatibles[0]}"`),
    ),
  );
  return ['/dts-v1/;', '', '/ {', '\tcompatible = "kho-v3";', ...lines, '};', ''].join('\n');
}

function shown({ tree, issues, release, role, isWhole }: CheckedSource): string {
  const lines = [`${release.name} ${role} ${isWhole} ${tree.bootCpuid}`];
  lines.push(Buffer.from(writeFdt(tree)).toString('hex'));
  for (const node of nodesOf(tree.root)) {
    lines.push(`${node.path} ${placeOf(node.span)} ${placeOf(node.whole)} ${node.labels}`);
    for (const { name, span, whole, pieces } of node.properties) {
      const shape = pieces.map((piece) => `${piece.kind}${piece.offset}${placeOf(piece.span)}`);
      lines.push(`  ${name} ${placeOf(span)} ${placeOf(whole)} ${shape}`);
    }
  }
  return [...lines, ...issues.map(issueText).sort()].join('\n');
}

function issueText({ rule, message, span, related, fixes }: Issue): string {
  const others = (related ?? []).map((each) => `${each.message}${placeOf(each.span)}`);
  const edits = (fixes ?? []).flatMap((fix) =>
    fix.edits.map((each) => `${each.text}${placeOf(each.span)}`),
  );
  return `${rule} ${placeOf(span)} ${message} ${others} ${edits}`;
}

function placeOf(span: Span | undefined): string {
  if (span === undefined) return '-';
  const { line, character } = positionAt(span.source, span.start);
  return `[${line}:${character}+${span.end - span.start}]`;
}

function firstDifference(actual: string, expected: string): string {
  const lines = expected.split('\n');
  const index = actual.split('\n').findIndex((line, i) => line !== lines[i]);
  return `${actual.split('\n')[index]}\n--- should be\n${lines[index]}`;
}

function sources(): readonly SourceFile[] {
  const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.kho(\.dts)?$/.test(name))
    .map((name) => ({ path: name, text: readFileSync(`examples/${name}`, 'utf8') }));
  const random = [1, 2, 3, 4].map((seed) => ({ path: `random ${seed}`, text: randomSource(seed) }));
  return [...examples, { path: 'all bindings', text: allBindings() }, ...random];
}
