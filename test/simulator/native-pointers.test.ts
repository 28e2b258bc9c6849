// What is said of an address in C that must not be used: what it was, whose, and where it was made.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { runC } from './native-scenarios.ts';

const SOURCE = readFileSync('test/simulator/native/pointers.c', 'utf8');
const LINES = SOURCE.split('\n');

interface Pointer {
  readonly variant: string;
  readonly rule: string;
  /** The function that uses it. */
  readonly by: string;
  readonly says: RegExp;
  /** What is said of the other end, and the text of its line. */
  readonly other?: readonly [RegExp, RegExp];
}

const STALE = { rule: 'stale-pointer', by: 'use_virt' } as const;
const OF_KERNEL_1 = /is a virtual address of kernel 1, not of this one/;

const POINTERS: readonly Pointer[] = [
  {
    ...STALE,
    variant: 'vmalloc_address',
    says: OF_KERNEL_1,
    other: [/pointed to this: a vmalloc area of 4 KiB, of pointers in kernel 1/, /= vmalloc\(/],
  },
  { ...STALE, variant: 'freed_area', says: OF_KERNEL_1, other: [/vmalloc area/, /vfree\(/] },
  { ...STALE, variant: 'string_literal', says: /kernel 1 .* was the string "a string of ring"/ },
  {
    ...STALE,
    variant: 'function_pointer',
    by: 'call_function',
    says: /a pointer of kernel 1 is used: there it was the function twice\(\)/,
    other: [/it is this/, /static int twice/],
  },
  {
    variant: 'call_data',
    rule: 'unowned-memory-read',
    by: 'call_data',
    says: /is called, and no function is there/,
    other: [/an object of 64 bytes, of pointers in kernel 1/, /kmalloc\(64/],
  },
  {
    ...STALE,
    variant: 'module_variable',
    says: /was the variable counter/,
    other: [/it is this/, /static u64 counter/],
  },
  { ...STALE, variant: 'stack_variable', says: /was a variable on a stack/ },
  { ...STALE, variant: 'struct_page', says: /was the struct page of 0x[0-9a-f]+000/ },
  {
    ...STALE,
    variant: 'direct_map',
    says: OF_KERNEL_1,
    other: [/a folio of 4 KiB, of pointers in kernel 1/, /folio_alloc\(/],
  },
  {
    ...STALE,
    variant: 'object',
    by: 'write_virt',
    says: OF_KERNEL_1,
    other: [/an object of 64 bytes, of pointers in kernel 1/, /kmalloc\(64/],
  },
  {
    ...STALE,
    variant: 'list_entry_left',
    by: 'walk_list',
    says: OF_KERNEL_1,
    other: [/an object of 48 bytes, of pointers in kernel 1/, /kzalloc\(sizeof/],
  },
  {
    variant: 'physical',
    rule: 'unowned-memory-read',
    by: 'use_virt',
    says: /is not mapped: it is a physical address/,
  },
  {
    variant: 'error_pointer',
    rule: 'error-pointer',
    by: 'use_virt',
    says: /ERR_PTR\(-12\) is read: an error, and no pointer/,
  },
  {
    variant: 'unpreserved',
    rule: 'memory-not-preserved',
    by: 'use_phys',
    says: /kernel 1 did not hand it over/,
    other: [/it was unpreserved here/, /kho_unpreserve_folio\(/],
  },
  {
    variant: 'never_preserved',
    rule: 'memory-not-preserved',
    by: 'use_phys',
    says: /kernel 1 did not hand it over/,
    other: [/allocated here and not preserved: an object of 100 bytes, of poi/, /kmalloc\(100/],
  },
  {
    variant: 'kfreed',
    rule: 'memory-not-preserved',
    by: 'use_phys',
    says: /kernel 1 did not hand it over/,
    other: [/it was freed here: an object of 2048 bytes, of pointers in kernel 1/, /kfree\(p\)/],
  },
  {
    variant: 'behind_folio',
    rule: 'unowned-memory-read',
    by: 'use_behind_folio',
    says: /nobody allocated it in this kernel/,
    other: [/behind the end of this: a folio of 8 KiB, of .* in kernel 2/, /kho_restore_folio\(/],
  },
  {
    variant: 'put_folio',
    rule: 'use-after-free',
    by: 'use_put_folio',
    says: /is read after it was freed/,
    other: [/it was freed here: a folio of 8 KiB/, /folio_put\(/],
  },
  {
    variant: 'behind_area',
    rule: 'unowned-memory-written',
    by: 'use_behind_area',
    says: /is written, behind the end of a vmalloc area/,
    other: [/allocated here: a vmalloc area of 4 KiB/, /vmalloc\(PAGE_SIZE\)/],
  },
  {
    variant: 'unwritten',
    rule: 'unowned-memory-read',
    by: 'use_unwritten',
    says: /0xa5a5a5a5a5a5\w+ is read as if it were an address: it is what memory holds that nobody/,
  },
  {
    variant: 'freed_pointer',
    rule: 'unowned-memory-read',
    by: 'use_freed_pointer',
    says: /0x6b6b6b6b6b6b\w+ is read as if it were an address: .* memory holds that was freed/,
  },
  {
    variant: 'write_string',
    rule: 'unowned-memory-written',
    by: 'write_string',
    says: /^the string "constant" is written$/,
  },
];

for (const { variant, rule, by, says, other } of POINTERS)
  test(`${variant}: found at its line, with what it was`, async (t) => {
    if (!needsCompiler(t)) return;
    const cmdline = `kho=on kho_scratch=32M,32M,32M pointers.variant=${variant}`;
    const { findings } = await runC(t, { drivers: { 'pointers.c': SOURCE }, cmdline });
    const found = findings.find((finding) => finding.rule === rule);
    assert.ok(found, findings.map((each) => `${each.rule}: ${each.message}`).join('\n'));
    assert.match(found.message, says);
    assert.equal(found.site?.functionName, by);
    const [related] = found.related;
    if (other === undefined) return assert.equal(related, undefined);
    assert.match(related?.message ?? '', other[0]);
    assert.match(LINES[(related?.site?.line ?? 0) - 1] ?? '', other[1]);
  });

test('there is no pointer without a test', () => {
  const variants = [...SOURCE.matchAll(/^\t\{ "(\w+)", /gm)].map(([, name = '']) => name);
  assert.deepEqual(
    variants,
    POINTERS.map(({ variant }) => variant),
  );
});
