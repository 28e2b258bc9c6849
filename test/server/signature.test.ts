import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignatureHelp } from 'vscode-languageserver/node';
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

// What is typed up to the cursor, and the signature that is shown.
const CASES: readonly [string, string | undefined][] = [
  [`${CPU}mem = <$0`, MEM_ADDR],
  [`${CPU}mem = <0x10$0`, MEM_ADDR],
  [`${CPU}mem = <0x1000 $0`, MEM_LEN],
  [`${CPU}mem = <0x1000 0x$0>; };`, MEM_LEN],
  [`${CPU}mem = <0x1000 0x38 $0>; };`, MEM_ADDR],
  [`${CPU}mem = <0x1000 0x38>, <$0`, MEM_ADDR],
  [`${CPU}mem = /bits/ 64 <(0x1000 + 1) $0`, MEM_LEN],
  [`${CPU}mem = <0x1000 /* len */ $0`, MEM_LEN],
  [`${CPU}cpu = <$0`, 'cpu = <[cpu:u32]>'],
  [`${CPU}cpu = <0>; $0`, undefined],
  [`${CPU}compatible = "$0`, undefined],
  ['a { b = <$0', undefined],
];

for (const [fixture, expected] of CASES)
  test(`at ${fixture.slice(CPU.length)}`, () => assert.equal(signature(fixture), expected));

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
