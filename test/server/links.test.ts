import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentLinksOf } from '../../server/links.ts';
import { checkTexts, show, uriOf } from './marked-source.ts';

const TEXTS = {
  'a.kho': '/include/ "b.dtsi"\nn { /include/ "c.dtsi"\n x = /incbin/("d.bin", 0, 2); };\n',
  'b.dtsi': '/include/ "none.dtsi"\nm { };\n',
  'c.dtsi': 'y = /incbin/("e.bin");\n',
};

function links(path: string, hasBytes = true): string[] {
  const checked = checkTexts(TEXTS);
  const uriOfBytes = (name: string): string | undefined =>
    name === 'd.bin' ? `file:///${name}` : undefined;
  const found = documentLinksOf(
    checked,
    ({ source }) => source.path === path,
    uriOf,
    hasBytes ? { uriOfBytes } : {},
  );
  const shown = show(
    TEXTS,
    found.map(({ range }) => ({ uri: `file:///${path}`, range })),
  );
  return shown.map((each, i) => `${each} -> ${found[i]?.target}`);
}

test('what is included is linked, in the file that is asked about', () => {
  assert.deepEqual(links('a.kho'), [
    '0:11 b.dtsi -> file:///b.dtsi',
    '1:15 c.dtsi -> file:///c.dtsi',
    '2:15 d.bin -> file:///d.bin',
  ]);
});

test('a file that is not there or not known is no link', () => {
  assert.deepEqual(links('b.dtsi'), []);
  assert.deepEqual(links('c.dtsi'), []);
  assert.equal(links('a.kho', false).length, 2);
});
