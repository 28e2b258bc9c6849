// Mistakes of file handlers of the Live Update Orchestrator, as diffs: see rule-drivers.ts.
import type { RuleRow } from './rule-drivers.ts';

const act = (action: string, rest: object = {}): object => ({ session: 's', do: action, ...rest });
const PRESERVE = act('preserve-fd', { file: 'f', token: 1 });
const OPEN = [{ open: '/dev/d', as: 'f' }, act('create')];
const JUMPS = [{ kexecLoad: { kernel: '8M', initrd: '4M' } }, { kexec: {} }];
const TAKES = [act('retrieve'), act('retrieve-fd', { token: 1, as: 'g' })];

/** The callbacks of a handler, each as a diff or as they should be. */
interface Parts {
  readonly preserve?: string;
  readonly unpreserve?: string;
  readonly freeze?: string;
  readonly retrieve?: string;
  readonly finish?: string;
}

/** A device whose files are a page each. */
function handler(parts: Parts): string {
  return ` // @ts-nocheck
 const fops = {
   open(k, file) {
     file.privateData = k.folioAlloc('GFP_KERNEL', 0);
     return 0;
   },
   release: (k, file) => k.folioPut(file.privateData),
 };
 const ops = {
   canPreserve: (k, handler, file) => file.fops === fops,
${parts.preserve ?? PARTS.preserve}
${parts.unpreserve ?? PARTS.unpreserve}
${parts.freeze ?? PARTS.freeze}
${parts.retrieve ?? PARTS.retrieve}
${parts.finish ?? PARTS.finish}
 };
 export function init(k) {
   k.miscRegister({ name: 'd', fops });
   return k.liveupdateRegisterFileHandler({ compatible: 'd-v1', ops });
 }`;
}

const PARTS: Required<Parts> = {
  preserve: `
   preserve(k, args) {
     const page = args.file.privateData;
     args.serializedData = k.pa(page);
     return k.khoPreserveFolio(page);
   },`,
  unpreserve: ' unpreserve: (k, args) => k.khoUnpreserveFolio(args.file.privateData),',
  freeze: '',
  retrieve: `
   retrieve(k, args) {
     const page = k.khoRestoreFolio(args.serializedData);
     args.file = k.anonInodeGetfile('[d]', fops, page);
     return 0;
   },`,
  finish: `
   finish(k, args) {
     if (args.retrieveStatus === 0) k.folioPut(k.khoRestoreFolio(args.serializedData));
   },`,
};

function row(rule: string, what: string, driver: string, rest: Partial<RuleRow> = {}): RuleRow {
  const steps = () => [...OPEN, PRESERVE, ...JUMPS];
  return { rule, what, driver, frame: 'whole', kernels: 1, steps, isAlone: true, ...rest };
}

/** One jump at most: what the last kernel does is in `lastSteps`. */
export const FILE_RULES: readonly RuleRow[] = [
  row(
    'left-preserved',
    'preserve() that fails half way',
    handler({
      preserve: `
   preserve(k, args) {
     const error = k.khoPreserveFolio(args.file.privateData); // here
     if (error) return error;
     const state = k.khoAllocPreserve(64 << 20);
-    if (k.isErr(state)) return k.ptrErr(state);
+    if (!k.isErr(state)) return 0;
+    k.khoUnpreserveFolio(args.file.privateData);
+    return k.ptrErr(state);
   },`,
    }),
    { lastSteps: [...OPEN, { ...PRESERVE, error: 'E2BIG' }, act('close')] },
  ),
  row(
    'left-preserved',
    'unpreserve() that forgets',
    handler({
      preserve: `
   preserve(k, args) {
     args.serializedData = k.pa(args.file.privateData);
     return k.khoPreserveFolio(args.file.privateData); // here
   },`,
      unpreserve: `-  unpreserve() {},
+  unpreserve: (k, args) => k.khoUnpreserveFolio(args.file.privateData),`,
    }),
    { lastSteps: [...OPEN, PRESERVE, act('close')] },
  ),
  row(
    'left-preserved',
    'freeze() that refuses and undoes nothing',
    handler({
      freeze: `
   freeze(k) {
     const state = k.khoAllocPreserve(8); // here
+    k.khoUnpreserveFree(state);
     return -16;
   },`,
    }),
    { lastSteps: [...OPEN, PRESERVE, JUMPS[0] as object, { kexec: {}, error: 'EBUSY' }] },
  ),
  row(
    'never-restored',
    'finish() of a file that nobody retrieved',
    handler({
      preserve: `
   preserve(k, args) {
     args.serializedData = k.pa(args.file.privateData);
     return k.khoPreserveFolio(args.file.privateData); // here
   },`,
      finish: `-  finish() {},${PARTS.finish.replaceAll('\n ', '\n+')}`,
    }),
    { kernels: 2, lastSteps: [act('retrieve'), act('finish')] },
  ),
  row(
    'left-allocated',
    'retrieve() that finds what it cannot use and keeps what it took',
    handler({
      retrieve: `
   retrieve(k, args) {
     const page = k.khoRestoreFolio(args.serializedData); // here
+    k.folioPut(page);
     return -22;
   },`,
    }),
    {
      kernels: 2,
      lastSteps: [act('retrieve'), act('retrieve-fd', { token: 1, as: 'g', error: 'EINVAL' })],
    },
  ),
  row(
    'left-allocated',
    'preserve() that keeps what it allocated for itself',
    handler({
      preserve: `
   preserve(k, args) {
     const note = k.kzalloc(64, 'GFP_KERNEL'); // here
+    k.kfree(note);
     return -16;
   },`,
    }),
    { lastSteps: [...OPEN, { ...PRESERVE, error: 'EBUSY' }, act('close')] },
  ),
  row(
    'written-after-preserve',
    'what is written later is in a variable alone',
    handler({
      preserve: `
   preserve(k, args) {
     const state = k.khoAllocPreserve(k.pageSize);
     args.privateData = state;
     args.serializedData = k.pa(state);
     return k.khoPreserveFolio(args.file.privateData);
   },`,
      unpreserve: `
   unpreserve(k, args) {
     k.khoUnpreserveFree(args.privateData);
     k.khoUnpreserveFolio(args.file.privateData);
   },`,
      freeze: `
+  freeze(k, args) {
+    k.writeU64(args.privateData, BigInt(args.file.length));
+    return 0;
+  },`,
    })
      .replace(
        'const fops = {',
        'const fops = {\n   write(k, file, data) { file.length = data.length; return 0; },',
      )
      .replace("'d-v1', ops });", "'d-v1', ops }); // here"),
    {
      steps: () => [...OPEN, PRESERVE, { write: 'f', data: 'later' }, ...JUMPS],
      kernels: 2,
      also: ['never-restored'],
    },
  ),
  row(
    'luo-no-file',
    'retrieve() without a file',
    handler({
      retrieve: `
   retrieve(k, args) {
     const page = k.khoRestoreFolio(args.serializedData);
-    k.folioPut(page);
+    args.file = k.anonInodeGetfile('[d]', fops, page);
     return 0;
   },`,
    }).replace("'d-v1', ops });", "'d-v1', ops }); // here"),
    {
      kernels: 2,
      lastSteps: [act('retrieve'), act('retrieve-fd', { token: 1, as: 'g', error: 'EINVAL' })],
      mendedLastSteps: TAKES,
    },
  ),
  row(
    'restored-twice',
    'finish() of a file that was retrieved',
    handler({
      retrieve: `
   retrieve(k, args) {
     const page = k.khoRestoreFolio(args.serializedData); // there
     args.file = k.anonInodeGetfile('[d]', fops, page);
     return 0;
   },`,
      finish: `
   finish(k, args) {
-    const page = k.khoRestoreFolio(args.serializedData); // here
-    if (page !== 0n) k.folioPut(page);
+    if (args.retrieveStatus === 0) k.folioPut(k.khoRestoreFolio(args.serializedData));
   },`,
    }),
    { kernels: 2, releases: ['6.19..'], lastSteps: [...TAKES, act('finish')] },
  ),
  row(
    'stale-pointer',
    'serialized data that is a virtual address',
    handler({
      preserve: `
   preserve(k, args) {
-    args.serializedData = args.file.privateData;
+    args.serializedData = k.pa(args.file.privateData);
     return k.khoPreserveFolio(args.file.privateData);
   },`,
    }).replace("'d-v1', ops });", "'d-v1', ops }); // here"),
    { lastSteps: [...OPEN, PRESERVE, act('close')] },
  ),
];
