// Mistakes with memory and subtrees, as diffs: see rule-drivers.ts.
import type { RuleRow } from './rule-drivers.ts';

const folio = "const f = k.folioAlloc('GFP_KERNEL', 2);";
const tell = 'k.writeU64(blob, k.pa(f));';
const putBack = 'function take(k, blob) { k.folioPut(k.khoRestoreFolio(k.readU64(blob))); }';
const none = ' function take() {}';

/** What is preserved and taken back, each in its own way. */
export const SUBTREE_RULES: readonly RuleRow[] = [
  {
    rule: 'unpreserved-unknown',
    what: 'a folio that was never preserved',
    driver: `
 function save(k) {
   ${folio}
+  k.khoPreserveFolio(f);
   k.khoUnpreserveFolio(f); // here
   k.folioPut(f);
 }
${none}`,
  },
  {
    rule: 'unpreserved-unknown',
    what: 'a folio twice, by a function of the driver, in its error path',
    driver: `
 function drop(k, f) {
   k.khoUnpreserveFolio(f); // here
   k.folioPut(f);
 }
 function save(k) {
   ${folio}
   if (k.khoPreserveFolio(f) === 0 && k.khoAllocPreserve(0) !== 0n) {
-    k.khoUnpreserveFolio(f);
     drop(k, f);
   }
 }
${none}`,
  },
  {
    rule: 'unpreserved-unknown',
    what: 'fewer pages than were preserved',
    driver: `
 function save(k) {
   const p = k.getFreePages('GFP_KERNEL', 3);
   k.khoPreservePages(p, 8); // there
-  k.khoUnpreservePages(p, 4); // here
+  k.khoUnpreservePages(p, 8);
   k.freePages(p, 3);
 }
${none}`,
  },
  {
    rule: 'unpreserved-unknown',
    what: 'an area twice',
    driver: `
 function save(k) {
   const area = k.vmalloc(3 * k.pageSize);
   const kept = k.khoPreserveVmalloc(area);
   k.khoUnpreserveVmalloc(kept); // there
-  k.khoUnpreserveVmalloc(kept); // here
   k.vfree(area);
 }
${none}`,
  },
  {
    rule: 'split-while-preserved',
    what: 'a folio that is unpreserved too late',
    driver: `
 function save(k) {
   ${folio}
   k.khoPreserveFolio(f); // there
+  k.khoUnpreserveFolio(f);
   k.splitFolio(f); // here
-  k.khoUnpreserveFolio(f);
   for (let i = 0; i < 4; i++) k.folioPut(f + BigInt(i * k.pageSize));
 }
${none}`,
  },
  {
    rule: 'preserved-twice',
    what: 'a folio twice and unpreserves it once',
    driver: `
 function save(k) {
   ${folio}
   k.khoPreserveFolio(f); // there
-  k.khoPreserveFolio(f); // here
   k.khoUnpreserveFolio(f);
   k.folioPut(f);
 }
${none}`,
  },
  {
    rule: 'preserved-twice',
    what: 'a folio',
    releases: ['6.16..'],
    driver: `
 function save(k, blob) {
   ${folio}
   ${tell}
-  k.khoPreserveFolio(f); // there
-  return k.khoPreserveFolio(f); // here
+  return k.khoPreserveFolio(f);
 }
 ${putBack}`,
  },
  {
    rule: 'preserved-twice',
    what: 'an area',
    driver: `
 function save(k, blob) {
   const area = k.vmalloc(k.pageSize * 3);
   const kept = k.khoPreserveVmalloc(area); // there
-  const again = k.khoPreserveVmalloc(area); // here
   k.write(blob, kept);
-  k.khoUnpreserveVmalloc(again);
   k.khoUnpreserveVmalloc(kept);
   k.vfree(area);
 }
${none}`,
  },
  {
    rule: 'preserved-overlap',
    what: 'a page of a folio that is preserved',
    driver: `
 function save(k, blob) {
   ${folio}
   ${tell}
   k.khoPreserveFolio(f); // there
-  k.khoPreservePages(f + BigInt(k.pageSize), 1); // here
-  k.khoUnpreservePages(f + BigInt(k.pageSize), 1);
 }
 ${putBack}`,
  },
  {
    rule: 'error-pointer',
    what: 'khoUnpreserveFree() of what khoAllocPreserve() gave',
    driver: `
 function save(k) {
   const mem = k.khoAllocPreserve(64 << 20);
-  k.khoUnpreserveFree(mem); // here
+  if (!k.isErr(mem)) k.khoUnpreserveFree(mem);
 }
${none}`,
  },
  {
    rule: 'error-pointer',
    what: 'khoRestoreFree() of an error',
    driver: `
 function save() {}
 function take(k) {
   const mem = k.khoAllocPreserve(64 << 20);
-  k.khoRestoreFree(mem); // here
+  if (!k.isErr(mem)) k.khoRestoreFree(mem);
 }`,
  },
  {
    rule: 'error-pointer',
    what: 'khoRemoveSubtree() of an error',
    driver: `
 function save(k) {
   const mem = k.khoAllocPreserve(64 << 20);
-  k.khoRemoveSubtree(mem); // here
+  if (!k.isErr(mem)) k.khoRemoveSubtree(mem);
 }
${none}`,
  },
  {
    rule: 'state-not-preserved',
    what: 'a blob that is freed and stays a subtree',
    releases: ['7.1..'],
    driver: `
 function save(k) {
   const mem = k.khoAllocPreserve(k.pageSize);
   k.khoAddSubtree('freed', mem, 8); // here
+  k.khoRemoveSubtree(mem);
   k.khoUnpreserveFree(mem); // there
 }
${none}`,
  },
  {
    rule: 'error-pointer',
    what: 'khoAddSubtree() of an error',
    releases: ['7.1..'],
    driver: `
 function save(k) {
   const mem = k.khoAllocPreserve(64 << 20);
-  k.khoAddSubtree('none', mem, 8); // here
+  if (!k.isErr(mem)) k.khoAddSubtree('none', mem, 8);
 }
${none}`,
  },
  {
    rule: 'error-pointer',
    what: 'writing to what failed',
    driver: `
 function save(k) {
   const mem = k.khoAllocPreserve(64 << 20);
+  if (k.isErr(mem)) return;
   k.writeU64(mem, 1n); // here
 }
${none}`,
  },
  {
    rule: 'freed-while-preserved',
    what: 'a folio before it is unpreserved',
    driver: `
 function save(k) {
   ${folio}
   k.khoPreserveFolio(f); // there
-  k.folioPut(f); // here
   k.khoUnpreserveFolio(f);
+  k.folioPut(f);
 }
${none}`,
  },
  {
    rule: 'freed-while-preserved',
    what: 'pages that stay preserved',
    driver: `
 function save(k) {
   const p = k.getFreePages('GFP_KERNEL', 1);
   k.khoPreservePages(p, 2); // there
+  k.khoUnpreservePages(p, 2);
   k.freePages(p, 1); // here
 }
${none}`,
  },
  {
    rule: 'freed-while-preserved',
    what: 'an area before it is unpreserved',
    driver: `
 function save(k) {
   const area = k.vmalloc(k.pageSize * 3);
   const kept = k.khoPreserveVmalloc(area); // there
-  k.vfree(area); // here
   k.khoUnpreserveVmalloc(kept);
+  k.vfree(area);
 }
${none}`,
  },
  {
    rule: 'freed-while-preserved',
    what: 'a folio that khoAllocPreserve() gave',
    driver: `
 function save(k) {
   const mem = k.khoAllocPreserve(100); // there
-  k.folioPut(mem); // here
+  k.khoUnpreserveFree(mem);
 }
${none}`,
  },
  {
    rule: 'restore-kind',
    what: 'a folio as pages',
    releases: ['6.18..'],
    driver: `
 function save(k, blob) {
   ${folio}
   ${tell}
   return k.khoPreserveFolio(f); // there
 }
 function take(k, blob) {
-  const p = k.khoRestorePages(k.readU64(blob), 4); // here
-  for (let i = 0; i < 4; i++) k.freePages(p + BigInt(i * k.pageSize), 0);
+  k.folioPut(k.khoRestoreFolio(k.readU64(blob)));
 }`,
  },
  {
    rule: 'restore-kind',
    what: 'pages as a folio',
    releases: ['6.18..'],
    driver: `
 function save(k, blob) {
   const p = k.getFreePages('GFP_KERNEL', 2);
   k.writeU64(blob, k.pa(p));
   return k.khoPreservePages(p, 4); // there
 }
 function take(k, blob) {
-  k.folioPut(k.khoRestoreFolio(k.readU64(blob))); // here
+  const p = k.khoRestorePages(k.readU64(blob), 4);
+  for (let i = 0; i < 4; i++) k.freePages(p + BigInt(i * k.pageSize), 0);
 }`,
  },
  {
    rule: 'restore-kind',
    what: 'an area page by page',
    releases: ['6.18..'],
    driver: `
 function save(k, blob) {
   const area = k.vmallocHuge(4 << 20);
   const kept = k.khoPreserveVmalloc(area); // there
   k.write(blob, kept);
 }
 function take(k, blob) {
-  const chunk = k.readU64(blob);
-  for (const at of [8n, 16n])
-    k.folioPut(k.khoRestoreFolio(k.readU64(k.va(chunk) + at))); // here
-  k.folioPut(k.khoRestoreFolio(chunk));
+  k.vfree(k.khoRestoreVmalloc(k.read(blob, 16)));
 }`,
  },
  {
    rule: 'restore-kind',
    what: 'what khoAllocPreserve() gave as pages',
    driver: `
 function save(k, blob) {
   k.writeU64(blob, k.pa(k.khoAllocPreserve(2 * k.pageSize))); // there
 }
 function take(k, blob) {
   const address = k.readU64(blob);
-  const p = k.khoRestorePages(address, 2); // here
-  for (let i = 0; i < 2; i++) k.freePages(p + BigInt(i * k.pageSize), 0);
+  k.khoRestoreFree(k.va(address));
 }`,
  },
  {
    rule: 'restored-twice',
    what: 'a folio',
    releases: ['6.16..'],
    driver: `
 function save(k, blob) {
   ${folio}
   ${tell}
   return k.khoPreserveFolio(f);
 }
 function take(k, blob) {
   const f = k.khoRestoreFolio(k.readU64(blob)); // there
-  k.khoRestoreFolio(k.readU64(blob)); // here
   k.folioPut(f);
 }`,
  },
  {
    rule: 'restored-twice',
    what: 'what was freed by khoRestoreFree()',
    driver: `
 function save(k, blob) {
   k.writeU64(blob, k.pa(k.khoAllocPreserve(100)));
 }
 function take(k, blob) {
   const mem = k.va(k.readU64(blob));
   k.khoRestoreFree(mem); // there
-  k.khoRestoreFree(mem); // here
 }`,
  },
  {
    rule: 'restored-twice',
    what: 'an area',
    releases: ['6.18..'],
    driver: `
 function save(k, blob) {
   const kept = k.khoPreserveVmalloc(k.vmalloc(k.pageSize));
   k.write(blob, kept);
 }
 function take(k, blob) {
   const kept = k.read(blob, 16);
   const area = k.khoRestoreVmalloc(kept); // there
-  k.khoRestoreVmalloc(kept); // here
   k.vfree(area);
 }`,
  },
  {
    rule: 'restored-twice',
    what: 'pages, of which one was taken before',
    releases: ['6.18..'],
    driver: `
 function save(k, blob) {
   const p = k.getFreePages('GFP_KERNEL', 0);
   k.writeU64(blob, k.pa(p));
   return k.khoPreservePages(p, 1);
 }
 function take(k, blob) {
   const p = k.khoRestorePages(k.readU64(blob), 1); // there
-  k.khoRestorePages(k.readU64(blob), 1); // here
   k.freePages(p, 0);
 }`,
  },
  {
    rule: 'never-restored',
    what: 'a folio',
    releases: ['6.16..'],
    driver: `
 function save(k, blob) {
   ${folio}
   ${tell}
   return k.khoPreserveFolio(f); // here
 }
-function take() {}
+${putBack}`,
  },
  {
    rule: 'never-restored',
    what: 'an area',
    driver: `
 function save(k, blob) {
   const kept = k.khoPreserveVmalloc(k.vmalloc(k.pageSize * 3)); // here
   k.write(blob, kept);
 }
 function take(k, blob) {
+  k.vfree(k.khoRestoreVmalloc(k.read(blob, 16)));
 }`,
  },
  {
    rule: 'never-restored',
    what: 'what khoAllocPreserve() gave',
    driver: `
 function save(k, blob) {
   k.writeU64(blob, k.pa(k.khoAllocPreserve(100))); // here
 }
 function take(k, blob) {
+  k.khoRestoreFree(k.va(k.readU64(blob)));
 }`,
  },
  {
    rule: 'null-pointer',
    what: 'what could not be restored',
    releases: ['6.18..'],
    also: ['restored-unknown'],
    driver: `
 function save() {}
 function take(k) {
   const f = k.khoRestoreFolio(0x4000000n); // there
+  if (f === 0n) return;
   k.readU64(f); // here
 }`,
  },
  {
    rule: 'preserve-kind',
    what: 'an area of vmap()',
    driver: `
 function save(k) {
   const page = k.getFreePages('GFP_KERNEL', 0);
-  k.khoPreserveVmalloc(k.vmap([page])); // here
 }
${none}`,
  },
  {
    rule: 'preserve-kind',
    what: 'an object of kmalloc()',
    driver: `
 function save(k) {
   const object = k.kzalloc(64, 'GFP_KERNEL'); // there
-  k.khoPreserveFolio(object); // here
-  k.khoUnpreserveFolio(object);
   k.kfree(object);
 }
${none}`,
  },
  {
    rule: 'preserved-memory-in-scratch',
    what: 'movable memory',
    driver: `
 function save(k) {
-  const f = k.folioAlloc('GFP_HIGHUSER_MOVABLE', 0);
+  const f = k.folioAlloc('GFP_KERNEL', 0);
   if (k.khoPreserveFolio(f) === 0) k.khoUnpreserveFolio(f); // here
   k.folioPut(f);
 }
${none}`,
  },
  {
    rule: 'sleeps-while-atomic',
    what: 'khoPreserveFolio() with a spinlock held',
    driver: `
 function save(k, blob) {
   ${folio}
   ${tell}
-  k.spinLock('lock');
   const error = k.khoPreserveFolio(f); // here
-  k.spinUnlock('lock');
   return error;
 }
 ${putBack}`,
  },
  {
    rule: 'sleeps-while-atomic',
    what: 'khoAddSubtree() with a spinlock held, in a function of the driver',
    releases: ['7.1..'],
    driver: `
 function add(k, mem) {
   return k.khoAddSubtree('more', mem, 100); // here
 }
 function save(k) {
   const mem = k.khoAllocPreserve(100);
-  k.spinLock('lock'); // there
   const error = add(k, mem);
-  k.spinUnlock('lock');
   return error;
 }
 function take(k) {
   k.khoRestoreFree(k.va(k.khoRetrieveSubtree('more').phys));
 }`,
  },
];
