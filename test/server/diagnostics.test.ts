import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver/node';
import { type Label, parseMarks, renderMarks } from '../support/marks.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { type TestClient, withClient } from './test-client.ts';

const SEVERITIES: Readonly<Record<DiagnosticSeverity, string>> = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'info',
  [DiagnosticSeverity.Hint]: 'hint',
};

/** Diagnostics as marks; one over several lines is marked in the first. */
function labelsOf(text: string, diagnostics: readonly Diagnostic[]): Label[] {
  const lines = text.split('\n');
  return diagnostics.map(({ range, severity, code }) => ({
    line: range.start.line,
    start: range.start.character,
    end:
      range.end.line === range.start.line
        ? range.end.character
        : (lines[range.start.line]?.length ?? 0),
    message: `${SEVERITIES[severity ?? 1]} ${code}`,
  }));
}

async function check(client: TestClient, file: string, fixture: string): Promise<void> {
  const { text, labels } = parseMarks(fixture);
  await client.open(file, text);
  const found = labelsOf(text, await client.diagnostics(file));
  assert.equal(renderMarks(text, found), renderMarks(text, labels));
  await client.close(file);
}

const clean: Readonly<Record<string, string>> = {
  'the example of the slides': SEED_EXAMPLE,
};

for (const [name, text] of Object.entries(clean))
  test(`no diagnostics: ${name}`, () =>
    withClient({}, (client) => check(client, 'clean.kho', text)));

const marked: Readonly<Record<string, string>> = {
  'what the bindings demand': `ftrace {
    compatible = "ftrace-v1";
    events = <1 1 2>;
    ^^^^^^ error property-type
    oops = <1>;
    ^^^^ warning unknown-property
    global-trace {
    ^^^^^^^^^^^^ error required-property
        compatible = "ftrace,array-v1";
    };
};
`,
  'two mistakes do not hide each other, nor what is between them': `ftrace {
    compatible = "ftrace-v1";
    events = <1 1> oops;
                  ^ error syntax-error
    global-trace {
        compatible = "ftrace,array-v9";
                     ^^^^^^^^^^^^^^^^^ info unknown-compatible
        trace-flags = <0x3354601>
                                ^ error syntax-error
    };
};
`,
  'the place is where the text is, whatever a line marker says': `# 700 "other.dts"
x { y = <0x1ffffffff>; };
         ^^^^^^^^^^^ error cell-overflow
`,
  'columns are those of the protocol behind characters outside the BMP': `x {
    /* 𝒳𝒳 */ y = <0x1ffffffff>;
                    ^^^^^^^^^^^ error cell-overflow
};
`,
};

for (const [name, fixture] of Object.entries(marked))
  test(`diagnostics: ${name}`, () =>
    withClient({}, (client) => check(client, 'marked.kho', fixture)));

test('lines that end as on Windows change no place', () =>
  withClient({}, async (client) => {
    for (const fixture of Object.values(marked)) {
      const { text, labels } = parseMarks(fixture);
      await client.open('marked.kho', text.replaceAll('\n', '\r\n'));
      const found = labelsOf(text, await client.diagnostics('marked.kho'));
      assert.equal(renderMarks(text, found), renderMarks(text, labels));
      await client.close('marked.kho');
    }
  }));

test('a rule leads to its page, where the client knows of one', () =>
  withClient({ rulePages: 'https://example.org/rules/' }, async (client) => {
    await client.open('a.kho', 'x { y = <1> };');
    const [diagnostic] = await client.diagnostics('a.kho');
    const href = 'https://example.org/rules/syntax-error.md';
    assert.deepEqual(diagnostic?.codeDescription, { href });
  }));

test('a diagnostic says where it is from, what to do, and what else to look at', () =>
  withClient({}, async (client) => {
    await client.open('a.kho', 'x { y = <1>; y = <2>; #size-cells = <1>; };\n');
    const diagnostics = await client.diagnostics('a.kho');
    assert.deepEqual(new Set(diagnostics.map(({ source }) => source)), new Set(['kho']));
    const twice = diagnostics.find(({ code }) => code === 'duplicate-property');
    const [related] = twice?.relatedInformation ?? [];
    assert.deepEqual(related?.location, {
      uri: client.uri('a.kho'),
      range: { start: { line: 0, character: 4 }, end: { line: 0, character: 5 } },
    });
    const faded = diagnostics.find(({ code }) => code === 'devicetree-semantics');
    assert.deepEqual(faded?.tags, [DiagnosticTag.Unnecessary]);
  }));

test('diagnostics of a binding stand where the word is', () =>
  withClient({}, (client) =>
    check(
      client,
      'demo.kho.yaml',
      `$id: demo-v1
title: Demo
kho-releases: [seed]
propertys: {}
^^^^^^^^^ error binding-schema
properties: {}
`,
    ),
  ));

test('a name that is escaped in another way is the same file', () =>
  withClient({ files: { 'a,b.kho': 'x { y = <1> z; };' } }, async (client) => {
    const uri = client.uri('a,b.kho').replaceAll('%2C', ',');
    assert.notEqual(uri, client.uri('a,b.kho'));
    await client.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'kho-fdt', version: 1, text: SEED_EXAMPLE },
    });
    assert.deepEqual(await client.diagnostics('a,b.kho'), []);
    const { items } = await client.pullWorkspace();
    assert.ok(items.some((item) => item.uri === uri && item.version === 1));
  }));
