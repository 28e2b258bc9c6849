import assert from 'node:assert/strict';
import test from 'node:test';
import { isInReleases, loadBinding } from '../../kho/index.ts';
import { BINDING_SOURCES } from './shipped-bindings.ts';

for (const source of BINDING_SOURCES)
  test(`${source.path} is a binding and is called like what it describes`, () => {
    const { value, issues } = loadBinding(source);
    assert.deepEqual(issues, []);
    assert.equal(source.path, `bindings/${value?.id}.kho.yaml`);
    assert.notEqual(value?.definedIn, '');
    assert.notEqual(value?.onMismatch, '');
  });

/** A binding with `lines` among its properties. */
function withProperty(...lines: string[]): string {
  return [
    '$id: x-v1',
    'title: X',
    'kho-releases: [seed]',
    'properties:',
    '  compatible:',
    '    const: x-v1',
    '  state:',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}

// What is wrong, where it is underlined, and what is said.
const BAD: readonly [string, string, string, RegExp][] = [
  ['', '', 'binding-schema', /must be object/],
  ['- a', '- a', 'binding-schema', /must be object/],
  ['$id: [', '', 'binding-syntax', /./],
  ['$id: x-v1\ntitle: X', '$id: x-v1', 'binding-schema', /lacks `kho-releases`/],
  [withProperty('typ: 1'), 'typ', 'binding-schema', /`typ` is not a word/],
  [withProperty('kho-struct: nope'), 'nope', 'binding-meaning', /no struct is called nope/],
  [
    withProperty('$ref: /schemas/types.yaml#/definitions/uint64-matrix'),
    '/schemas/types.yaml#/definitions/uint64-matrix',
    'binding-meaning',
    /a matrix needs `items`/,
  ],
  [
    withProperty('$ref: /schemas/types.yaml#/definitions/uint48'),
    '/schemas/types.yaml#/definitions/uint48',
    'binding-schema',
    /must match pattern/,
  ],
  [
    withProperty('$ref: /schemas/types.yaml#/definitions/uint64', 'const: 9007199254740993'),
    '9007199254740993',
    'binding-meaning',
    /not an exact integer/,
  ],
  [`${withProperty('description: s')}\nrequired: [stat]`, 'stat', 'binding-meaning', /`stat`/],
  [withProperty("pattern: '['"), 'pattern', 'binding-schema', /regex/],
];

for (const [text, underlined, rule, message] of BAD)
  test(`a binding that is wrong: ${message.source} (${text.split('\n').at(-1)})`, () => {
    const { value, issues } = loadBinding({ path: 'x.kho.yaml', text });
    assert.equal(value, undefined);
    const [issue] = issues;
    assert.ok(issue?.span);
    assert.equal(issue.rule, rule);
    assert.match(issue.message, message);
    if (underlined !== '')
      assert.equal(text.slice(issue.span.start, issue.span.end).trim(), underlined);
  });

test('YAML that expands without end is refused', () => {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const before = i === 0 ? 'x' : `*a${i - 1}`;
    return `a${i}: &a${i} [${Array(9).fill(before).join(', ')}]`;
  });
  const { value, issues } = loadBinding({ path: 'x.kho.yaml', text: levels.join('\n') });
  assert.equal(value, undefined);
  assert.equal(issues[0]?.rule, 'binding-syntax');
});

const RANGES: readonly [string, readonly string[], boolean][] = [
  ['seed', ['seed'], true],
  ['7.3', ['seed'], false],
  ['7.3', ['6.16..'], true],
  ['7.10', ['7.2..7.9'], false],
  ['7.2', ['7.2..7.9'], true],
  ['6.18', ['7.1..'], false],
  ['seed', ['6.16..'], false],
  ['seed', ['seed..'], true],
  ['v4', ['seed..v4'], true],
];

for (const [name, ranges, expected] of RANGES)
  test(`${name} is ${expected ? '' : 'not '}in ${ranges.join(', ')}`, () =>
    assert.equal(isInReleases(name, ranges), expected));
