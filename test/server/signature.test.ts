import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarkupContent, SignatureHelp } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { checkSource } from '../../kho/index.ts';
import { signatureAt } from '../../server/signature.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { parseMarks } from '../support/marks.ts';
import { withClient } from './test-client.ts';

const CPU = 'cpu0 { compatible = "ftrace,cpu-v1"; ';

/** The signature with the element that is being typed in square brackets. */
function signature(fixture: string): string | undefined {
  const { text, cursor = 0 } = parseMarks(fixture);
  const source = { path: 'a.kho', text };
  const checked = checkSource(source, { bindings: SHIPPED });
  const help = signatureAt(checked, source, { offset: cursor, isInFile: () => true });
  const [first] = help?.signatures ?? [];
  if (first === undefined) return undefined;
  const active = first.parameters?.[help?.activeParameter ?? -1]?.label;
  return first.label.replace(String(active), `[${active}]`);
}

const MEM_ADDR = 'mem = <[addr:u64] len:u64 …>';
const MEM_LEN = 'mem = <addr:u64 [len:u64] …>';

const TEST_DATA = '/ { compatible = "kho-test-v1"; data { ';
const VMALLOC = (active: number): string => {
  const elements = ['first:u64', 'total_pages:u32', 'flags:u16', 'order:u16'];
  const shown = elements.map((each, i) => (i === active ? `[${each}]` : each));
  return `folios_info = <${shown.join(' ')}>`;
};

// What is typed up to the cursor, and the signature that is shown.
const CASES: readonly [string, string | undefined][] = [
  [`${CPU}mem = <$0`, MEM_ADDR],
  [`${CPU}mem = <0x10$0`, MEM_ADDR],
  [`${CPU}mem = <0x1000 $0`, MEM_LEN],
  [`${CPU}mem = <0x1000 0x$0>; };`, MEM_LEN],
  [`${CPU}mem = <0x1000 0x38 $0>; };`, MEM_ADDR],
  [`${CPU}mem = <0x1000 $00x38 0x2000 0x38>; };`, MEM_LEN],
  [`${CPU}mem = <0x1000 0x38>, <$0`, MEM_ADDR],
  [`${CPU}mem = <0x1000>, <$0`, MEM_LEN],
  [`${CPU}mem = /bits/ 64 <(0x1000 + 1) $0`, MEM_LEN],
  [`${CPU}mem = <(0x1000 + $0`, MEM_ADDR],
  [`${CPU}mem = <0x1000 (0x1000 + (2 * $0`, MEM_LEN],
  [`${CPU}mem = <0x1000 /* len */ $0`, MEM_LEN],
  [`${CPU}mem = <0x1000 // addr\n $0`, MEM_LEN],
  [`${CPU}mem = <l: 0x1000 $0`, MEM_LEN],
  [`${CPU}mem = <'a' $0`, MEM_LEN],
  // Cells of another width fill the elements as bytes do.
  [`${CPU}mem = /bits/ 32 <1 $0`, MEM_ADDR],
  [`${CPU}mem = /bits/ 32 <1 2 $0`, MEM_LEN],
  [`${CPU}cpu = <$0`, 'cpu = <[cpu:u32]>'],
  [`${CPU}cpu = <0>; $0`, undefined],
  // There is no second cell.
  [`${CPU}cpu = <0 $0`, undefined],
  [`${TEST_DATA}folios_info = <$0`, VMALLOC(0)],
  [`${TEST_DATA}folios_info = <1 2 3 $0`, VMALLOC(3)],
  [`${TEST_DATA}folios_info = <1 2 3 4$0`, VMALLOC(3)],
  [`${TEST_DATA}folios_info = <1 2 3 4 $0`, undefined],
  [`${CPU}compatible = "$0`, undefined],
  [`${CPU}mem = <1 /* $0 */>; };`, undefined],
  [`${CPU}mem = [00 $0`, undefined],
  [`${CPU}mem = $0<1>; };`, undefined],
  ['a { b = <$0', undefined],
  ['b = <$0', undefined],
  // Broken text.
  [`${CPU}cpu = <0>\n mem = <1 $0\n}; };`, MEM_LEN],
  [`${CPU}cpu = <0\n mem = <1 $0\n}; };`, MEM_LEN],
];

for (const [fixture, expected] of CASES)
  test(`signature at ${JSON.stringify(fixture.slice(-40))}`, () =>
    assert.equal(signature(fixture), expected));

test('a parameter may be named by its place in the label', () => {
  const { text, cursor = 0 } = parseMarks(`${CPU}mem = <$0>; };`);
  const source = { path: 'a.kho', text };
  const checked = checkSource(source, { bindings: SHIPPED });
  const place = { offset: cursor, isInFile: () => true };
  const options = { takesLabelOffsets: true, showsMarkdown: true };
  const [help] = signatureAt(checked, source, place, options)?.signatures ?? [];
  const labels = help?.parameters?.map(({ label }) => help.label.slice(...(label as number[])));
  assert.deepEqual(labels, ['addr:u64', 'len:u64']);
  assert.equal((help?.documentation as MarkupContent | undefined)?.kind, 'markdown');
});

test('the elements of an array of 100,000 lines are counted at once', () => {
  const text = `${CPU}mem = <${'0x1000 0x38\n'.repeat(100_000)}0x1000 `;
  const source = { path: 'a.kho', text };
  const checked = checkSource(source, { bindings: SHIPPED });
  const place = { offset: text.length, isInFile: () => true };
  const startMs = performance.now();
  assert.equal(signatureAt(checked, source, place)?.activeParameter, 1);
  assert.ok(performance.now() - startMs < 2000);
});

test('the server helps with signatures', () =>
  withClient({}, async (client) => {
    const { text, cursor = 0 } = parseMarks(`${CPU}mem = <$0>; };`);
    await client.open('a.kho', text);
    const help = await client.connection.sendRequest<SignatureHelp>('textDocument/signatureHelp', {
      textDocument: { uri: client.uri('a.kho') },
      position: positionAt({ path: '', text }, cursor),
    });
    assert.match(String(help.signatures[0]?.parameters?.[0]?.documentation), /Physical address/);
  }));
