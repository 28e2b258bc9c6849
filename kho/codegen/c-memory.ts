// Which call of the release preserves the memory that a property names, and which takes it back.
import type { PropertySchema } from '../bindings/binding.ts';
import type { Release } from '../release.ts';
import { isInReleases } from '../releases/index.ts';
import type { CMemory, CStructHeader, CValue } from './c-model.ts';

/** Structs that the kernel's headers have; drivers cannot include what defines the others. */
const STRUCT_HEADERS: Readonly<Record<string, readonly CStructHeader[]>> = {
  kho_mem: [
    { path: 'linux/kexec.h', releases: ['seed'] },
    { path: 'linux/kexec.h', releases: ['v4'], members: { len: 'size' } },
  ],
  kho_scratch: [{ path: 'linux/kexec_handover.h', releases: ['6.16..'] }],
  kho_vmalloc: [
    { path: 'linux/kexec_handover.h', releases: ['6.18..6.19'] },
    { path: 'linux/kho/abi/kexec_handover.h', releases: ['7.0..'] },
  ],
  kho_block_header_ser: [{ path: 'linux/kho/abi/block.h', releases: ['7.2..'] }],
};

/** The header of the release that has a struct, or undefined. */
export function structHeader(name: string, { name: release }: Release): CStructHeader | undefined {
  return STRUCT_HEADERS[name]?.find(({ releases }) => isInReleases(release, releases));
}

/** A call that takes memory back, what it takes, and what undoes preserving it. */
interface RestoreCall {
  readonly restore: string;
  readonly kind: CMemory['kind'];
  readonly preserve?: string;
  readonly unpreserve?: string;
}

const RESTORE_CALLS: readonly RestoreCall[] = [
  { restore: 'kho_claim_mem', kind: 'claim' },
  {
    restore: 'kho_restore_vmalloc',
    kind: 'vmalloc',
    preserve: 'kho_preserve_vmalloc',
    unpreserve: 'kho_unpreserve_vmalloc',
  },
  {
    restore: 'kho_restore_folio',
    kind: 'folio',
    preserve: 'kho_preserve_folio',
    unpreserve: 'kho_unpreserve_folio',
  },
  {
    restore: 'kho_restore_pages',
    kind: 'pages',
    preserve: 'kho_preserve_pages',
    unpreserve: 'kho_unpreserve_pages',
  },
  { restore: 'kho_restore_free', kind: 'alloc', preserve: 'kho_alloc_preserve' },
];

/**
 * How the memory that a property names is handled: with the first call that its binding names and
 * the release has. Undefined if there is none, and the property is a number like others.
 */
export function memoryOf(
  { restoredBy = '', phys }: PropertySchema,
  value: CValue,
  { api }: Release,
): CMemory | undefined {
  const has = (name: string | undefined): boolean => api.some((each) => each.name === name);
  const positionOf = ({ restore }: RestoreCall): number => restoredBy.indexOf(restore);
  const call = RESTORE_CALLS.filter(
    (each) =>
      positionOf(each) >= 0 &&
      has(each.restore) &&
      (each.preserve === undefined || has(each.preserve)),
  ).sort((a, b) => positionOf(a) - positionOf(b))[0];
  if (call === undefined) return undefined;
  const unpreserves = has(call.unpreserve);
  const isAddress = value.kind === 'scalar' && value.bits === 64;
  const isAddresses = value.kind === 'array' && value.row.type === 'u64';
  const structName =
    value.kind === 'struct' || value.kind === 'array' ? value.row.struct?.name : undefined;
  switch (call.kind) {
    case 'claim':
      return structName === 'kho_mem' ? { kind: 'claim' } : undefined;
    case 'vmalloc':
      return value.kind === 'struct' && structName === 'kho_vmalloc'
        ? { kind: 'vmalloc', unpreserves }
        : undefined;
    case 'folio':
      if (isAddress) return { kind: 'folio', unpreserves };
      return isAddresses
        ? { kind: 'folios', unpreserves: true, unpreservesFolios: unpreserves }
        : undefined;
    case 'pages':
      return isAddress && phys?.size !== undefined
        ? { kind: 'pages', unpreserves, sizeMember: phys.size }
        : undefined;
    // A call never says so by itself.
    case 'folios':
      return undefined;
    case 'alloc':
      return isAddress ? { kind: 'alloc' } : undefined;
  }
}
