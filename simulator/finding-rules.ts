import type { Rule } from '../kho/index.ts';

/** Every rule about a run; what the rules about trees find in its FDTs comes on top. */
export const FINDING_RULES: readonly Rule[] = [
  { name: 'scenario', severity: 'error', what: 'A scenario says something that can be run' },
  {
    name: 'memory-not-preserved',
    severity: 'error',
    what: 'A kernel uses only what the one before it preserved',
  },
  {
    name: 'unowned-memory-read',
    severity: 'error',
    what: 'A driver reads only memory that its kernel owns',
  },
  {
    name: 'unowned-memory-written',
    severity: 'error',
    what: 'A driver writes only memory that its kernel owns',
  },
  { name: 'use-after-free', severity: 'error', what: 'Memory is not used after it was freed' },
  {
    name: 'stale-pointer',
    severity: 'error',
    what: 'No virtual address of one kernel is used in the next',
  },
  {
    name: 'bad-free',
    severity: 'error',
    what: 'What is freed was allocated, by the same function and with the same order',
  },
  {
    name: 'changed-while-active',
    severity: 'error',
    what: 'Memory does not change between its serialization and the jump',
  },
  {
    name: 'preserved-memory-in-scratch',
    severity: 'error',
    what: 'No memory that is handed over lies in scratch',
  },
  {
    name: 'mem-outside-ram',
    severity: 'error',
    what: 'Memory that is handed over exists in this machine',
  },
  {
    name: 'claimed-not-preserved',
    severity: 'error',
    what: 'What is claimed or returned was handed over',
  },
  { name: 'claimed-twice', severity: 'error', what: 'Every range is claimed or returned once' },
  {
    name: 'claimed-shared-page',
    severity: 'warning',
    what: 'A page that several ranges share is returned and not claimed',
  },
  {
    name: 'never-claimed',
    severity: 'warning',
    what: 'Every range that was handed over is claimed or returned',
  },
  {
    name: 'compatible-mismatch',
    severity: 'error',
    what: 'The driver of the next kernel knows the compatible that it finds',
  },
  { name: 'null-pointer', severity: 'error', what: 'No NULL pointer is used' },
  { name: 'error-pointer', severity: 'error', what: 'No ERR_PTR is passed on as a pointer' },
  { name: 'kho-disabled', severity: 'error', what: 'KHO is used only where it is enabled' },
  {
    name: 'preserved-too-early',
    severity: 'error',
    what: 'Nothing is handed over before KHO is set up',
  },
  { name: 'preserved-twice', severity: 'warning', what: 'Every block is preserved once' },
  { name: 'preserved-overlap', severity: 'error', what: 'No two preserved blocks share a page' },
  {
    name: 'preserve-kind',
    severity: 'error',
    what: 'Memory is preserved by the function for its kind',
  },
  {
    name: 'unpreserved-unknown',
    severity: 'warning',
    what: 'What is unpreserved was preserved like that',
  },
  {
    name: 'freed-while-preserved',
    severity: 'error',
    what: 'Memory is unpreserved before it is freed',
  },
  {
    name: 'state-not-preserved',
    severity: 'error',
    what: 'Memory that state is in, or points to, is preserved',
  },
  { name: 'never-finalized', severity: 'warning', what: 'State is finalized before the jump' },
  {
    name: 'handover-misread',
    severity: 'error',
    what: 'A kernel takes what was handed over for what it is',
  },
  { name: 'kernel-panic', severity: 'error', what: 'The next kernel boots' },
  { name: 'restore-kind', severity: 'error', what: 'Memory is restored as what it was preserved' },
  { name: 'restored-twice', severity: 'error', what: 'Every block is restored once' },
  { name: 'restored-unknown', severity: 'error', what: 'What is restored was preserved' },
  { name: 'restored-partly', severity: 'error', what: 'What is restored is restored as a whole' },
  { name: 'never-restored', severity: 'warning', what: 'All that was preserved is restored' },
  {
    name: 'left-preserved',
    severity: 'error',
    what: 'A driver that fails to start leaves nothing preserved',
  },
  { name: 'fdt-too-small', severity: 'error', what: 'The FDT has room for what drivers write' },
  {
    name: 'serialize-failed',
    severity: 'error',
    what: 'Every callback of the serialization succeeds',
  },
  { name: 'driver-failed', severity: 'error', what: 'A driver starts and takes its state over' },
  { name: 'driver-not-built', severity: 'error', what: 'A driver in C compiles and links' },
  { name: 'driver-threw', severity: 'error', what: 'No callback throws' },
  { name: 'driver-timed-out', severity: 'error', what: 'Every callback comes to an end' },
  { name: 'driver-died', severity: 'error', what: 'No callback takes its kernel down' },
  { name: 'api-misuse', severity: 'error', what: 'A function is called with what it takes' },
  {
    name: 'not-active-at-load',
    severity: 'warning',
    what: 'State is serialized before the next kernel is loaded',
  },
  { name: 'kexec-load-failed', severity: 'error', what: 'The next kernel can be loaded' },
  { name: 'scratch-too-small', severity: 'error', what: 'Scratch memory is there and suffices' },
  {
    name: 'handover-refused',
    severity: 'error',
    what: 'The next kernel accepts what was handed over',
  },
  {
    name: 'step-failed',
    severity: 'error',
    what: 'A step of the scenario has the result that the scenario expects',
  },
];
