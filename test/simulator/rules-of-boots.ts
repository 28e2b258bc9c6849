// Mistakes with when KHO is there, with blobs, and with what becomes of them over several kernels,
// as diffs: see rule-drivers.ts.
import type { RuleRow } from './rule-drivers.ts';

const OFF = 'kho=off';

/** What a kernel calls when there is no KHO, or too early, and what it reads of the one before. */
export const BOOT_RULES: readonly RuleRow[] = [
  {
    rule: 'kho-disabled',
    what: 'khoAddSubtree() without a look',
    releases: ['7.1..'],
    cmdline: OFF,
    frame: 'whole',
    kernels: 1,
    isAlone: true,
    driver: `
 export function init(k) {
   const page = k.getFreePages('GFP_KERNEL', 0);
+  if (!k.khoIsEnabled()) return 0;
   return k.khoAddSubtree('state', page, 8); // here
 }`,
  },
  {
    rule: 'kho-disabled',
    what: 'khoRemoveSubtree() without a look, by a function of the driver',
    cmdline: OFF,
    frame: 'whole',
    kernels: 1,
    isAlone: true,
    driver: `
 function drop(k, page) {
   k.khoRemoveSubtree(page); // here
 }
 export function init(k) {
   const page = k.getFreePages('GFP_KERNEL', 0);
+  if (!k.khoIsEnabled()) return 0;
   drop(k, page);
 }`,
  },
  ...['k.khoPreserveFolio(page)', 'k.khoPreservePages(page, 1)', 'k.khoAllocPreserve(8)'].map(
    (call): RuleRow => ({
      rule: 'preserved-too-early',
      what: `${call} before kho_init()`,
      releases: ['7.1..'],
      frame: 'whole',
      kernels: 1,
      isAlone: true,
      driver: `
-export function earlyInit(k) {
+export function init(k) {
   const page = k.folioAlloc('GFP_KERNEL', 0);
   ${call}; // here
   return 0;
 }`,
    }),
  ),
  {
    rule: 'state-not-preserved',
    what: 'a subtree whose blob is not preserved',
    releases: ['7.1..'],
    frame: 'whole',
    driver: `
 export function init(k) {
   const found = k.khoRetrieveSubtree('state');
   if (found.phys !== undefined && k.number > 1) k.khoRestoreFolio(found.phys);
   const page = k.folioAlloc('GFP_KERNEL', 0);
   k.write(page, new Uint8Array(k.pageSize));
+  k.khoPreserveFolio(page);
   return k.khoAddSubtree('state', page, 8); // here
 }`,
    also: ['restored-unknown'],
  },
  {
    rule: 'memory-not-preserved',
    what: 'memory that a blob points to and that is not preserved',
    releases: ['6.16..'],
    driver: `
 function save(k, blob) {
   const page = k.folioAlloc('GFP_KERNEL', 0); // there
   k.writeU64(blob, k.pa(page));
+  k.khoPreserveFolio(page);
 }
 function take(k, blob) {
   k.read(k.va(k.readU64(blob)), 8); // here
+  k.folioPut(k.khoRestoreFolio(k.readU64(blob)));
 }`,
  },
  {
    rule: 'stale-pointer',
    what: 'a virtual address in a blob',
    releases: ['6.16..'],
    driver: `
 function save(k, blob) {
   const page = k.folioAlloc('GFP_KERNEL', 0);
   k.writeU64(blob, k.pa(page));
   k.writeU64(blob + 8n, page);
   return k.khoPreserveFolio(page);
 }
 function take(k, blob) {
-  k.read(k.readU64(blob + 8n), 8); // here
+  k.read(k.va(k.readU64(blob)), 8);
   k.folioPut(k.khoRestoreFolio(k.readU64(blob)));
 }`,
  },
  {
    rule: 'unowned-memory-written',
    what: 'memory that is not restored yet',
    releases: ['6.16..'],
    driver: `
 function save(k, blob) {
   const page = k.folioAlloc('GFP_KERNEL', 0);
   k.writeU64(blob, k.pa(page));
   return k.khoPreserveFolio(page);
 }
 function take(k, blob) {
-  k.writeU64(k.va(k.readU64(blob)), 1n); // here
   const page = k.khoRestoreFolio(k.readU64(blob));
+  k.writeU64(page, 1n);
   k.folioPut(page);
 }`,
  },
  {
    rule: 'unchecked-length',
    what: 'a blob that is shorter than it reads',
    releases: ['7.1..'],
    frame: 'whole',
    driver: `
 export function init(k) {
   const found = k.khoRetrieveSubtree('state');
   if (typeof found !== 'number') {
-    k.read(k.va(found.phys), 16); // here
+    k.read(k.va(found.phys), Math.min(found.size, 16));
     k.khoRestoreFree(k.va(found.phys));
   }
   return k.khoAddSubtree('state', k.khoAllocPreserve(8), 8);
 }`,
  },
  {
    rule: 'unaligned-read',
    what: 'a number that lies across words',
    releases: ['6.16..'],
    driver: `
 function save() {}
 function take(k, blob) {
-  k.readU64(blob + 4n); // here
+  k.read(blob + 4n, 8);
 }`,
  },
  {
    rule: 'use-after-free',
    what: 'a blob that is freed and looked at in debugfs',
    releases: ['7.1..'],
    frame: 'whole',
    isAlone: true,
    lastSteps: [{ read: '/sys/kernel/debug/kho/in/sub_fdts/state' }],
    driver: `
 export function init(k) {
   const found = k.khoRetrieveSubtree('state');
   if (typeof found === 'number')
     return k.khoAddSubtree('state', k.khoAllocPreserve(8), 8);
-  k.khoRestoreFree(k.va(found.phys)); // here
+  k.khoRestoreFolio(found.phys);
 }`,
    also: ['not-handed-on'],
  },
  {
    rule: 'radix-changed-in-walk',
    what: 'a key that is deleted by the callback',
    releases: ['7.3..'],
    frame: 'whole',
    kernels: 1,
    isAlone: true,
    driver: `
 export function init(k) {
   const tree = { root: 0n };
   k.khoRadixInitTree(tree);
   k.khoRadixAddKey(tree, 7n);
   const keys = [];
   k.khoRadixWalkTree(tree, {
     leaf(key) {
-      k.khoRadixDelKey(tree, key); // here
+      keys.push(key);
     },
   });
   for (const key of keys) k.khoRadixDelKey(tree, key);
 }`,
  },
  {
    rule: 'restored-unknown',
    what: 'memory that was handed to the kernel before and not handed on',
    kernels: 3,
    isAlone: true,
    frame: 'whole',
    releases: ['7.1..'],
    driver: `
 export function init(k) {
   const found = k.khoRetrieveSubtree('state');
   if (typeof found === 'number') {
     const page = k.folioAlloc('GFP_KERNEL', 0);
     const blob = k.khoAllocPreserve(8);
     k.writeU64(blob, k.pa(page));
     return k.khoPreserveFolio(page) || k.khoAddSubtree('state', blob, 8);
   }
   const address = k.readU64(k.va(found.phys));
   const page = k.khoRestoreFolio(address); // here
   k.khoRestoreFree(k.va(found.phys));
   const blob = k.khoAllocPreserve(8);
   k.writeU64(blob, address);
+  k.khoPreserveFolio(page);
   return k.khoAddSubtree('state', blob, 8);
 }`,
  },
  {
    rule: 'unpreserved-unknown',
    what: 'a folio of the kernel before',
    driver: `
 function save(k, blob) {
   const mem = k.khoAllocPreserve(8); // there
   k.writeU64(blob, k.pa(mem));
 }
 function take(k, blob) {
-  k.khoUnpreserveFolio(k.va(k.readU64(blob))); // here
+  k.khoRestoreFree(k.va(k.readU64(blob)));
 }`,
  },
  {
    rule: 'unpreserved-unknown',
    what: 'what khoAllocPreserve() gave of the kernel before',
    driver: `
 function save(k, blob) {
   const mem = k.khoAllocPreserve(8); // there
   k.writeU64(blob, k.pa(mem));
 }
 function take(k, blob) {
-  k.khoUnpreserveFree(k.va(k.readU64(blob))); // here
+  k.khoRestoreFree(k.va(k.readU64(blob)));
 }`,
  },
  {
    rule: 'unpreserved-unknown',
    what: 'an area of the kernel before',
    driver: `
 function save(k, blob) {
   const kept = k.khoPreserveVmalloc(k.vmalloc(3 * k.pageSize)); // there
   k.write(blob, kept);
 }
 function take(k, blob) {
-  k.khoUnpreserveVmalloc(k.read(blob, 16)); // here
+  k.vfree(k.khoRestoreVmalloc(k.read(blob, 16)));
 }`,
  },
  {
    rule: 'bad-free',
    what: 'a folio of the kernel before, which nobody restored',
    releases: ['6.16..'],
    driver: `
 function save(k, blob) {
   const f = k.folioAlloc('GFP_KERNEL', 2);
   k.writeU64(blob, k.pa(f));
   return k.khoPreserveFolio(f); // there
 }
 function take(k, blob) {
-  k.folioPut(k.va(k.readU64(blob))); // here
+  k.folioPut(k.khoRestoreFolio(k.readU64(blob)));
 }`,
  },
  {
    rule: 'bad-free',
    what: 'kfree() of what khoAllocPreserve() gave',
    driver: `
 function save(k) {
   const mem = k.khoAllocPreserve(8); // there
-  k.kfree(mem); // here
+  k.khoUnpreserveFree(mem);
 }
 function take() {}`,
  },
  {
    rule: 'preserve-kind',
    what: 'a folio of the kernel before, which nobody restored',
    driver: `
 function save(k, blob) {
   if (k.number > 1) return;
   const f = k.folioAlloc('GFP_KERNEL', 0);
   k.writeU64(blob, k.pa(f));
   return k.khoPreserveFolio(f); // there
 }
 function take(k, blob) {
   const address = k.readU64(blob);
   if (address === 0n) return;
-  k.khoPreserveFolio(k.va(address)); // here
-  k.khoUnpreserveFolio(k.va(address));
+  k.folioPut(k.khoRestoreFolio(address));
 }`,
  },
];
