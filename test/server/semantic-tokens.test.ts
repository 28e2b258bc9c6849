import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckedSource } from '../../kho/index.ts';
import {
  type OffsetRange,
  SEMANTIC_LEGEND,
  semanticTokensDelta,
  semanticTokensOf,
} from '../../server/semantic-tokens.ts';
import { MAX_TOKENS } from '../../server/token-columns.ts';
import { type Label, parseMarks, renderMarks } from '../support/marks.ts';
import { checkTexts, type Texts } from './marked-source.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { withClient } from './test-client.ts';

const FIELDS = 5;

/** The numbers of an answer as labels of the text, `class declaration`. */
function decode(data: readonly number[]): Label[] {
  assert.equal(data.length % FIELDS, 0);
  const labels: Label[] = [];
  let line = 0;
  let start = 0;
  for (let at = 0; at < data.length; at += FIELDS) {
    const [lines = 0, columns = 0, length = 0, type = 0, bits = 0] = data.slice(at, at + FIELDS);
    start = lines === 0 ? start + columns : columns;
    line += lines;
    const modifiers = SEMANTIC_LEGEND.tokenModifiers.filter((_, bit) => (bits >> bit) & 1);
    const message = [SEMANTIC_LEGEND.tokenTypes[type], ...modifiers].join(' ');
    labels.push({ line, start, end: start + length, message });
  }
  return labels;
}

function tokensIn(checked: CheckedSource, path = 'a.kho', range?: OffsetRange): number[] {
  return semanticTokensOf(checked, ({ source }) => source.path === path, range);
}

/** Short for what is everywhere: `+` is a declaration, `!` is known to a binding. */
function short({ message, ...place }: Label): Label {
  const brief = message
    .replace(' declaration', '+')
    .replace(' defaultLibrary', '!')
    .replace(' static', '=');
  return { ...place, message: brief };
}

/** The fixture's labels are all the tokens of its file. */
function check(name: string, fixture: string, others: Texts = {}): void {
  test(`tokens: ${name}`, () => {
    const { text } = parseMarks(fixture);
    const data = tokensIn(checkTexts({ 'a.kho': text, ...others }));
    assert.equal(renderMarks(text, decode(data).map(short)), fixture);
  });
}

check(
  'what a binding describes',
  `ftrace {
^^^^^^ class+!
  compatible = "ftrace-v1";
                ^^^^^^^^^ type!
  events = <1 7>;
  ^^^^^^ property!
  own = <1>;
  ^^^ property
  global-trace {
  ^^^^^^^^^^^^ class+!
    compatible = "ftrace,array-v1";
                  ^^^^^^^^^^^^^^^ type!
    cpu0 {
    ^^^^ class+!
      compatible = "ftrace,cpu-v1", "older";
                    ^^^^^^^^^^^^^ type!
                                     ^^^^^ type
      mem = <0x100000 0x38>, <0x101000 (0x1000)>;
      ^^^ property!
             ^^^^^^^^ number=
                              ^^^^^^^^ number=
    };
  };
};
other@1f { cpu0 { }; };
^^^^^ class+
           ^^^^ class+`,
);
check(
  'labels and what refers to nodes',
  `/dts-v1/;
/ {
^ class+
  a: b: node { l: x = <1 m: &a>, [n: 00], &{/node}; };
  ^ variable+
     ^ variable+
        ^^^^ class+
               ^ variable+
                  ^ property
                         ^ variable+
                             ^ variable
                                  ^ variable+
                                            ^^^^^ variable
  y = &a, &nowhere, <&{/nix}>;
  ^ property
       ^ variable
};
&a { z; };
 ^ variable
     ^ property
&nowhere { z; };
&{/node} { inner { }; };
  ^^^^^ variable
           ^^^^^ class+`,
);
check(
  'what came to nothing is left to the grammar',
  `n { gone { x = <1>; }; };
^ class+
n { /delete-node/ gone; /delete-property/ y; };
^ class+
m: other { };
^ variable+
/delete-node/ &m;`,
);
check(
  'a property that is given again has the value of the last one',
  `n { compatible = "ftrace,cpu-v1"; mem = <0x1000 0x38>; };
^ class+!
                  ^^^^^^^^^^^^^ type!
                                  ^^^ property!
n { mem = <0x2000 0x38>; };
^ class+!
    ^^^ property!
           ^^^^^^ number=`,
);
check(
  'half of an address is none',
  `n { compatible = "ftrace,cpu-v1"; mem = /bits/ 32 <0x1000 0 56 0>; };
^ class+!
                  ^^^^^^^^^^^^^ type!
                                  ^^^ property!`,
);
check(
  'expressions keep the colours of their parts',
  `n { compatible = "ftrace,cpu-v1"; mem = <(0x1000 + 4) 0x38>; };
^ class+!
                  ^^^^^^^^^^^^^ type!
                                  ^^^ property!`,
);
check(
  'columns are UTF-16, and comments have no tokens',
  `n { /* 𝒳é a: b { } */ s = "𝒳"; t; };
^ class+
                       ^ property
                                 ^ property`,
);
check(
  'a string of several lines has a token in each',
  `n { compatible = "one
^ class+
                  ^^^ type
two"; x; };
^^^ type
      ^ property`,
);
check(
  'a node that is being typed',
  `n { compatible = "ftrace,cpu-v1"; mem = <0x1000
^ class+!
                  ^^^^^^^^^^^^^ type!
                                  ^^^ property!
                                         ^^^^^^ number=`,
);
check(
  'the items of the file around what is included, not the included ones',
  `n {
^ class+
  /include/ "b.kho"
  /include/ "b.kho"
  y;
  ^ property
};`,
  { 'b.kho': 'x = <1>;\n' },
);

test('tokens: a file that is included twice has its tokens once', () => {
  const texts = { 'a.kho': 'a { /include/ "b"\n}; c { /include/ "b"\n};', b: 'in { x; };\n' };
  const found = decode(tokensIn(checkTexts(texts), 'b')).map(short);
  assert.equal(renderMarks(texts.b, found), 'in { x; };\n^^ class+\n     ^ property\n');
  assert.deepEqual(tokensIn(checkTexts(texts), 'elsewhere'), []);
});

test('tokens: lines may end in \\r\\n', () => {
  const found = decode(tokensIn(checkTexts({ 'a.kho': 'n {\r\n compatible = "a\r\nb";\r\n};' })));
  assert.deepEqual(
    found.map(({ line, start, end }) => [line, start, end]),
    [
      [0, 0, 1],
      [1, 15, 16],
      [2, 0, 1],
    ],
  );
});

test('tokens: a range has those of the whole file that reach into it', () => {
  const checked = checkTexts({ 'a.kho': SEED_EXAMPLE });
  const lines = SEED_EXAMPLE.split('\n');
  const all = decode(tokensIn(checked));
  assert.ok(all.length > 10);
  let offset = 0;
  for (const [line, text] of lines.entries()) {
    const part = tokensIn(checked, 'a.kho', { start: offset, end: offset + text.length });
    assert.deepEqual(
      decode(part),
      all.filter((label) => label.line === line),
    );
    offset += text.length + 1;
  }
});

test('tokens: any text has tokens in order that do not overlap', () => {
  const part = fc.constantFrom(
    ...['{', '}', '<', '>', '"', ';', '=', '/', '&', '&{/', '/* ', '*/', '\n', '\r\n', '[', '𝒳'],
    ...['a: ', 'n { ', 'mem = ', '0x10 ', 'compatible = "ftrace,cpu-v1"; ', '/include/ "a.kho"'],
  );
  const at = fc.nat();
  const property = fc.property(fc.array(fc.record({ part, at }), { maxLength: 12 }), (parts) => {
    let text = SEED_EXAMPLE;
    for (const { part, at } of parts) {
      const cut = at % (text.length + 1);
      text = text.slice(0, cut) + part + text.slice(cut);
    }
    const lines = text.split(/\r\n|\r|\n/);
    let before = { line: 0, end: 0 };
    for (const label of decode(tokensIn(checkTexts({ 'a.kho': text })))) {
      assert.ok(label.line > before.line || label.start >= before.end, 'overlap');
      assert.ok(label.end > label.start, 'empty');
      assert.ok(label.end <= (lines[label.line] ?? '').length, 'past the end of the line');
      before = label;
    }
  });
  fc.assert(property, { numRuns: 200, seed: 20_240_117 });
});

test('tokens: nodes as deep as they may be, and an answer that is full', () => {
  const depth = 4000;
  const deep = `${'a { '.repeat(depth)}${'}; '.repeat(depth)}`;
  assert.equal(tokensIn(checkTexts({ 'a.kho': deep })).length, depth * FIELDS);
  const many = `n { ${'compatible = "x";'.repeat(10)} ${'a: b: c; '.repeat(MAX_TOKENS / 2)} };`;
  assert.equal(tokensIn(checkTexts({ 'a.kho': many })).length, MAX_TOKENS * FIELDS);
});

function applied(data: readonly number[], next: readonly number[]): number[] {
  const result = [...data];
  for (const { start, deleteCount, data: inserted = [] } of semanticTokensDelta(data, next))
    result.splice(start, deleteCount, ...inserted);
  return result;
}

test('delta: makes the next answer of the one before', () => {
  const token = fc.array(fc.nat({ max: 1 }), { minLength: FIELDS, maxLength: FIELDS });
  const data = fc.array(token, { maxLength: 8 }).map((tokens) => tokens.flat());
  fc.assert(
    fc.property(data, data, (previous, next) => {
      assert.deepEqual(applied(previous, next), next);
      for (const { start, deleteCount } of semanticTokensDelta(previous, next))
        assert.deepEqual([start % FIELDS, deleteCount % FIELDS], [0, 0]);
    }),
    { seed: 1 },
  );
});

test('delta: what stays is not sent again', () => {
  const before = tokensIn(checkTexts({ 'a.kho': SEED_EXAMPLE }));
  assert.deepEqual(semanticTokensDelta(before, [...before]), []);
  const longer = SEED_EXAMPLE.replace('cpu = <', 'cpu-number = <');
  assert.notEqual(longer, SEED_EXAMPLE);
  const after = tokensIn(checkTexts({ 'a.kho': longer }));
  const [edit, ...more] = semanticTokensDelta(before, after);
  assert.deepEqual([edit?.deleteCount, edit?.data?.length, more], [FIELDS, FIELDS, []]);
});

test('the server colours names, all of them or those in sight', () =>
  withClient({}, async (client) => {
    await client.open('a.kho', 'ftrace { compatible = "ftrace-v1"; events = <1 1>; };\n');
    const textDocument = { uri: client.uri('a.kho') };
    const all = await client.connection.sendRequest<{ data: number[] }>(
      'textDocument/semanticTokens/full',
      { textDocument },
    );
    assert.ok(all.data.length >= 10 && all.data.length % 5 === 0);
    const range = { start: { line: 5, character: 0 }, end: { line: 6, character: 0 } };
    const none = await client.connection.sendRequest<{ data: number[] }>(
      'textDocument/semanticTokens/range',
      { textDocument, range },
    );
    assert.deepEqual(none.data, []);
  }));
