import type { FileContext } from './file-context.ts';
import type { Rule } from './rule.ts';

export const MISMATCHED_RESTORE: Rule = {
  name: 'mismatched-restore',
  severity: 'error',
  what: 'Memory is unpreserved and restored as what it was preserved as',
};

/** What each way to restore can take back. */
const PRESERVED_BY: Readonly<Record<string, readonly string[]>> = {
  kho_restore_folio: ['kho_preserve_folio', 'kho_preserve_phys', 'kho_alloc_preserve'],
  kho_restore_pages: ['kho_preserve_pages', 'kho_preserve_phys'],
  kho_restore_vmalloc: ['kho_preserve_vmalloc'],
  kho_restore_free: ['kho_alloc_preserve', 'kho_preserve_folio'],
};
const PRESERVES = /^kho_(?:preserve_(?:folio|pages|vmalloc|phys)|alloc_preserve)$/;

/** Reports a way to restore that nothing in the file preserves for, where it preserves at all. */
export function checkKinds({ calls, defined, reportIn }: FileContext): void {
  const preserving = new Set(
    calls.flatMap(({ call: { name = '' } }) => (PRESERVES.test(name) ? [name] : [])),
  );
  if (preserving.size === 0 || defined.has('kho_restore_folio')) return;
  for (const { call, fn } of calls) {
    const answers = PRESERVED_BY[call.name ?? ''];
    if (answers === undefined || answers.some((each) => preserving.has(each))) continue;
    const done = [...preserving].map((each) => `${each}()`).join(', ');
    reportIn(fn)(
      MISMATCHED_RESTORE,
      call.callee,
      `${call.name}() takes back what nothing here preserves that way`,
      { help: `This file preserves with ${done}; folios, pages and vmalloc areas are not alike` },
    );
  }
}
