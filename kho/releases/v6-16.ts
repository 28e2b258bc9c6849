import type { Release } from '../release.ts';
import { KHO_DATA } from '../structs/index.ts';
import { apiOf } from './api.ts';
import { debugfsFile, FINALIZE } from './debugfs.ts';

/** Linux 6.16, the first with KHO: kernel/kexec_handover.c, commits 3dc92c311498, fc33e4b44b27. */
export const V6_16: Release = {
  name: '6.16',
  title: 'Linux 6.16',
  saysRefusalError: true,
  rootCompatible: 'kho-v1',
  memoryMap: {
    kind: 'bitmaps',
    property: 'preserved-memory-map',
    bitmapBytes: 512,
    isRequired: false,
  },
  subtrees: { kind: 'by-reference', addressProperty: 'fdt' },
  fdtSize: { kind: 'one-page' },
  serialization: 'finalize-notifiers',
  scratch: {
    regions: 'list',
    alignment: 'cma-pageblock',
    isExtended: false,
    isTakenUnchecked: false,
    parameter: { acceptsZero: false, acceptsTrailing: true },
  },
  preserve: { refusesScratch: false, splitsAtNodes: false, losesVmallocErrors: false },
  excludesDeferredPages: true,
  restore: { checksMagic: false, refusesLargeOrders: true },
  formats: [{ name: 'memblock', format: 'memblock-v1', onMismatch: 'fresh-region' }],
  pageSizes: { x86_64: [4096], arm64: [4096, 16384, 65536] },
  bootData: {
    x86_64: { kind: 'setup-data', type: 10, payload: KHO_DATA },
    arm64: { kind: 'chosen', properties: ['linux,kho-fdt', 'linux,kho-scratch'] },
  },
  userFiles: [
    debugfsFile('out/scratch_phys', 'one address a line, 0x%llx'),
    debugfsFile('out/scratch_len', 'one length in bytes a line, 0x%llx'),
    {
      ...FINALIZE,
      writeErrors: [
        { error: 'EEXIST', when: 'it is 1 and was finalized already' },
        { error: 'ENOENT', when: 'it is 0 and was not finalized' },
      ],
    },
    debugfsFile('out/fdt', 'the root FDT', 'while finalized'),
    debugfsFile('out/sub_fdts/<name>', 'an FDT given to kho_add_subtree', 'while finalized'),
    debugfsFile('in/fdt', 'the root FDT of the previous kernel', 'on a KHO boot'),
    debugfsFile('in/sub_fdts/<name>', 'an FDT of the previous kernel', 'on a KHO boot'),
  ],
  parameters: [
    { name: 'kho', syntax: 'on|off|1|0|y|n', description: 'Enables handovers; off by default' },
    {
      name: 'kho_scratch',
      syntax: 'll[KMG],mm[KMG],nn[KMG] | nn%',
      description: 'Scratch sizes: low memory, anywhere, per NUMA node; or scaled (200%)',
    },
  ],
  api: apiOf('6.16'),
  defects: ['abort-drops-all', 'scratch-on-empty-nodes'],
};
