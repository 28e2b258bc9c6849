// Code for an array of addresses, each of a folio: preserved and taken back one by one.
import type { CStep } from './c-function.ts';
import type { CField, CMemory } from './c-model.ts';

type Folios = CMemory & { readonly kind: 'folios' };

/** Preserves every folio, and notes where each is. */
export function preserveFolios(
  { member }: CField,
  { unpreservesFolios }: Folios,
  done: string,
): CStep {
  const folio = `state->${member}[${done}]`;
  const wire = `state->${member}_phys`;
  return {
    label: `unpreserve_${member}`,
    locals: [`unsigned int ${done}`],
    index: { name: done, count: `state->nr_${member}` },
    act: (leave) => [
      `\t${wire} = kcalloc(state->nr_${member}, sizeof(*${wire}), GFP_KERNEL);`,
      ...leave.if(`!${wire}`, '\t', '-ENOMEM'),
      `\tfor (${done} = 0; ${done} < state->nr_${member}; ${done}++) {`,
      `\t\terr = kho_preserve_folio(${folio});`,
      ...leave.undoing('err', '\t\t'),
      `\t\t${wire}[${done}] = PFN_PHYS(folio_pfn(${folio}));`,
      '\t}',
    ],
    undo: [
      ...(unpreservesFolios ? [`\twhile (${done}--)`, `\t\tkho_unpreserve_folio(${folio});`] : []),
      `\tkfree(${wire});`,
    ],
  };
}

/** Takes every folio back. What calls it releases those before one that fails. */
export function restoreFolios({ member }: CField): readonly string[] {
  const folios = `state->${member}`;
  return [
    `\t${folios} = kcalloc(state->nr_${member}, sizeof(*${folios}), GFP_KERNEL);`,
    `\tif (!${folios})`,
    '\t\treturn -ENOMEM;',
    `\tfor (i = 0; i < state->nr_${member}; i++) {`,
    `\t\t${folios}[i] = kho_restore_folio(${folios}_phys[i]);`,
    `\t\tif (!${folios}[i])`,
    '\t\t\treturn -EINVAL;',
    '\t}',
  ];
}

/** Frees the folios that were taken back. */
export function releaseFolios({ member }: CField): readonly string[] {
  const folios = `state->${member}`;
  return [
    `\tfor (unsigned int i = 0; ${folios} && i < state->nr_${member}; i++)`,
    `\t\tif (${folios}[i])`,
    `\t\t\tfolio_put(${folios}[i]);`,
    `\tkfree(${folios});`,
    `\tkfree(${folios}_phys);`,
  ];
}
