// Bindings: loaded, and where that succeeds, sources checked with them.
import assert from 'node:assert/strict';
import { createBindingSet, loadBinding } from '../../kho/index.ts';
import { damageText } from './damage-text.ts';
import { type FuzzKind, fuzzKind } from './kind.ts';
import { checkIssue, exerciseSource } from './kind-source.ts';
import { BINDINGS, SOURCES } from './seeds.ts';

const NOISE = [
  ...': - ? & * ! | > \' " % @ ` { } [ ] , # --- ... <<: &a *a !!int ~ null true [] {} 0 -1 1e400'.split(
    ' ',
  ),
  ...'0xffffffffffffffff 18446744073709551616 .inf .nan const: enum: type: object $ref:'.split(' '),
  ...'properties: patternProperties: additionalProperties: required: kho-phys: kho-struct:'.split(
    ' ',
  ),
  ...'kho-unit: kho-releases: [..] [7.3..6.16] minimum: maximum: pattern: (a+)+$ ( [a- __proto__'.split(
    ' ',
  ),
  ...['\n', '\n\n', '\t', '  ', '\n  ', '\n    - ', '\u0000', '\u00e9', '\ufeff'],
];

export const BINDING: FuzzKind = fuzzKind({
  name: 'binding',
  share: 12,
  make: (random) => ({
    text: damageText(random.pick(BINDINGS), BINDINGS, NOISE, random),
    source: random.pick(SOURCES),
  }),
  run({ text, source }) {
    const { value, issues } = loadBinding({ path: 'fuzzed.kho.yaml', text });
    for (const issue of issues) checkIssue(issue);
    assert.ok(value !== undefined || issues.length > 0, 'a binding that is refused says why');
    if (value === undefined) return;
    const options = { byteOrder: 'little', release: undefined, pageBytes: 4096 } as const;
    exerciseSource(source, createBindingSet([value]), options);
  },
  files: ({ text, source }) =>
    new Map([
      ['.kho.yaml', Buffer.from(text)],
      ['.kho.dts', Buffer.from(source)],
    ]),
});
