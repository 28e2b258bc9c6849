// The pages under docs/rules are the examples that the rules are tested with: what a page calls bad
// must be reported by that rule, and what it calls good must be clean.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { C_RULES, HISTORY_RULES } from '../../c/index.ts';
import { FDT_RULES, type Issue } from '../../fdt/index.ts';
import { checkSource, KHO_RULES, loadBinding, type Rule, releaseNamed } from '../../kho/index.ts';
import { FINDING_RULES } from '../../simulator/index.ts';
import { checked } from '../c/c-parser.ts';
import { matchGolden } from '../support/golden.ts';
import { SHIPPED } from './shipped-bindings.ts';

interface Example {
  readonly language: string;
  readonly options: ReadonlyMap<string, string>;
  readonly text: string;
}

const PAGES: ReadonlyMap<string, string> = new Map(
  readdirSync('docs/rules')
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => [file.replace(/\.md$/, ''), readFileSync(`docs/rules/${file}`, 'utf8')]),
);
// A rule that several parts of a file can show is one rule.
const RULES_ABOUT_C: readonly Rule[] = [
  ...new Map([...C_RULES, ...HISTORY_RULES].map((rule) => [rule.name, rule])).values(),
];
const STATIC_RULES = [...FDT_RULES, ...KHO_RULES, ...RULES_ABOUT_C];

/** The fenced block under a heading, with the words after its language. */
function exampleUnder(page: string, heading: string): Example | undefined {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  const fence = /```(\w+)([^\n]*)\n([\s\S]*?)\n```/.exec(section ?? '');
  if (fence === null) return undefined;
  const words = (fence[2] ?? '').trim().split(/\s+/);
  const options = words.map((word) => word.split('=') as [string, string]);
  return { language: fence[1] ?? '', options: new Map(options), text: `${fence[3]}\n` };
}

function issuesOf({ language, options, text }: Example, path: string): readonly Issue[] {
  if (language === 'yaml') return loadBinding({ path, text }).issues;
  if (language === 'c') return checked(text, options.get('release')).issues;
  const release = releaseNamed(options.get('release') ?? '');
  return checkSource(
    { path, text },
    {
      bindings: SHIPPED,
      pageBytes: Number(options.get('page') ?? 4096),
      ...(release === undefined ? {} : { release }),
    },
  ).issues;
}

test('every rule has a page and every page a rule', () => {
  const names = [...STATIC_RULES, ...FINDING_RULES].map((rule) => rule.name);
  assert.deepEqual([...PAGES.keys()].sort(), [...new Set(names)].sort());
});

test('the index lists every rule', () => {
  const table = (rules: readonly Rule[]): string[] => [
    '| rule | severity | what |',
    '|---|---|---|',
    ...[...rules]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, severity, what }) => `| [${name}](${name}.md) | ${severity} | ${what} |`),
  ];
  const lines = [
    '# Rules',
    '',
    'Each rule has a page: what it is, why, an example or how it is met, and where the kernel does it.',
    '',
    '## The format',
    '',
    ...table(FDT_RULES),
    '',
    '## KHO trees and bindings',
    '',
    ...table(KHO_RULES),
    '',
    '## C',
    '',
    ...table(RULES_ABOUT_C),
    '',
    '## Simulated handovers',
    '',
    ...table(FINDING_RULES),
    '',
  ];
  matchGolden('docs/rules/README.md', lines.join('\n'));
});

for (const rule of STATIC_RULES) {
  const page = PAGES.get(rule.name) ?? '';
  const bad = exampleUnder(page, 'Bad');
  const good = exampleUnder(page, 'Good');
  test(`${rule.name}: its page says what it is`, () => {
    assert.match(page, new RegExp(`^# ${rule.name}\\n\\n\\*\\*${rule.severity}\\*\\*: `));
    for (const heading of ['Why', 'In the kernel'])
      assert.match(page, new RegExp(`^## ${heading}$`, 'm'));
  });
  if (bad === undefined || good === undefined) {
    // Blobs and limits cannot be shown as text; such a page says how the rule is met instead.
    test(`${rule.name}: its page says how it is met`, () => {
      assert.match(page, /^## (How it is met)$/m);
    });
    continue;
  }
  test(`${rule.name}: reports its bad example`, () => {
    const rules = issuesOf(bad, `${rule.name}-bad`).map((issue) => issue.rule);
    assert.ok(rules.includes(rule.name), `found only: ${rules.join(', ')}`);
  });
  test(`${rule.name}: its good example is clean`, () => {
    const found = issuesOf(good, `${rule.name}-good`).filter(
      (issue) => issue.rule === rule.name || issue.severity !== 'info',
    );
    assert.deepEqual(
      found.map((issue) => `${issue.rule}: ${issue.message}`),
      [],
    );
  });
}
