import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InlayHint } from 'vscode-languageserver/node';
import { offsetAt } from '../../fdt/index.ts';
import { checkSource } from '../../kho/index.ts';
import { ALL_HINTS, type InlayHintSettings, inlayHintsOf } from '../../server/inlay-hints.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { withClient } from './test-client.ts';

const TEXT = `ftrace {
	compatible = "ftrace-v1";
	events = <1 7>;
	global-trace {
		compatible = "ftrace,array-v1";
		trace-flags = <1>;
		cpu0 {
			compatible = "ftrace,cpu-v1";
			cpu = <0>;
			mem = <0x100000 0x38 0x101000 0x1000>;
		};
	};
};
`;

const NO_HINTS: InlayHintSettings = {
  elements: false,
  sizes: false,
  totals: false,
  pages: false,
  values: false,
  references: false,
};

/** The text with its hints in square brackets where they are shown. */
function hinted(
  text: string,
  settings: Partial<InlayHintSettings>,
  end = text.length,
  start = 0,
): string {
  const source = { path: 'a.kho', text };
  const checked = checkSource(source, { bindings: SHIPPED });
  const all = { ...NO_HINTS, ...settings };
  const hints = inlayHintsOf(checked, { start, end }, () => true, all);
  const at = ({ position }: InlayHint): number => offsetAt(source, position);
  return [...hints]
    .sort((a, b) => at(b) - at(a))
    .reduce((all, hint) => `${all.slice(0, at(hint))}[${hint.label}]${all.slice(at(hint))}`, text);
}

// What is switched on, and the line that it changes.
const CASES: readonly [Partial<InlayHintSettings>, string][] = [
  [{ elements: true }, 'events = <[crc32:]1 [type:]7>;'],
  [{ elements: true }, 'mem = <[addr:]0x100000 [len:]0x38 [addr:]0x101000 [len:]0x1000>;'],
  [{ sizes: true }, 'mem = <0x100000 0x38 0x101000 0x1000[4 KiB]>;'],
  [{ totals: true }, 'mem = <0x100000 0x38 0x101000 0x1000>;[2 ranges, 4.1 KiB]'],
  [{ pages: true }, 'mem = <0x100000 0x38 0x101000 0x1000[1 page]>;'],
  [{ pages: true, sizes: true }, 'mem = <0x100000 0x38 0x101000 0x1000[4 KiB, 1 page]>;'],
];

for (const [settings, line] of CASES)
  test(`${Object.keys(settings)} gives ${line}`, () => {
    const lines = hinted(TEXT, settings)
      .split('\n')
      .map((each) => each.trim());
    assert.ok(lines.includes(line), lines.join('\n'));
  });

test('switched off, and out of sight, there are none', () => {
  assert.equal(hinted(TEXT, {}), TEXT);
  assert.equal(hinted(TEXT, ALL_HINTS, TEXT.indexOf('events') - 1), TEXT);
});

test('half of an element has neither its name nor its size', () => {
  const halves = TEXT.replace('<0x100000 0x38 0x101000 0x1000>', '/bits/ 32 <0x100000 0 4096 0>');
  assert.equal(hinted(halves, { elements: true, sizes: true }).match(/addr:|len:|KiB|MiB/), null);
});

test('halves of a number are shown together', () => {
  const halves = TEXT.replace('<0x100000 0x38 0x101000 0x1000>', '/bits/ 32 <0x1000 1 56 0 7>');
  assert.match(hinted(halves, { values: true }), /<0x1000 1\[= 0x100001000\] 56 0\[= 0x38\] 7>/);
  const uneven = TEXT.replace('<0x100000 0x38', '[00 00 00 00], /bits/ 32 <1>, /bits/ 64 <0x38');
  assert.doesNotMatch(hinted(uneven, { values: true }), /\[=/);
});

test('references by label have the path that they mean', () => {
  const text = '/dts-v1/;\n/ { a: b { c: d { }; }; x = <&c 1>, &a, &{/b}, "&c"; y = <&none>; };\n';
  assert.match(
    hinted(text, { references: true }),
    /x = <&c\[\/b\/d\] 1>, &a\[\/b\], &\{\/b\}, "&c"; y = <&none>;/,
  );
});

test('what is out of sight has no hints', () => {
  const start = TEXT.indexOf('0x101000');
  const seen = hinted(TEXT, ALL_HINTS, start + 3, start);
  assert.equal(seen, TEXT.replace('0x101000', '[addr:]0x101000'));
});

test('only the first tuples of many are named', () => {
  const many = TEXT.replace('0x101000 0x1000', '0x101000 0x1000 '.repeat(50).trim());
  assert.equal(hinted(many, { elements: true }).match(/\[addr:\]/g)?.length, 4);
});

test('the server gives hints, and takes them back when they are switched off', () =>
  withClient({}, async (client) => {
    await client.open('a.kho', TEXT);
    const range = { start: { line: 0, character: 0 }, end: { line: 12, character: 0 } };
    const ask = (): Promise<InlayHint[]> =>
      client.connection.sendRequest('textDocument/inlayHint', {
        textDocument: { uri: client.uri('a.kho') },
        range,
      });
    assert.ok((await ask()).length > 4);
    await client.configure({ inlayHints: { elements: false, sizes: false, totals: false } });
    // The server asks for the settings in its turn, which takes some messages.
    let hints = await ask();
    for (let tries = 0; hints.length > 0 && tries < 500; tries++) hints = await ask();
    assert.deepEqual(hints, []);
  }));
