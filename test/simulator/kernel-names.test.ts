// Drivers in C read of kho_preserve_folio(), scripts of khoPreserveFolio(), in the same finding.
import assert from 'node:assert/strict';
import test from 'node:test';
import { kernelName } from '../../simulator/index.ts';
import { inLanguageOf } from '../../simulator/kernel-names.ts';

const NAMES: readonly (readonly [string, string])[] = [
  ['khoPreserveFolio', 'kho_preserve_folio'],
  ['getFreePages', '__get_free_pages'],
  ['kho_restore_folio', 'kho_restore_folio'],
];

for (const [call, name] of NAMES)
  test(`${call}() is the kernel's ${name}()`, () => assert.equal(kernelName(call), name));

test('a text is spelled for who reads it', () => {
  const text = 'earlyInit() and khoRestoreFolio() of va(), data() and sizeMiB';
  assert.equal(inLanguageOf('a.ts', text), text);
  assert.equal(
    inLanguageOf('/x/a.c', text),
    'early_initcall() and kho_restore_folio() of phys_to_virt(), data() and sizeMiB',
  );
});
