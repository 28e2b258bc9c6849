// One memory has many names: a folio, its page, the address of either.
import { type Expression, keyOf, withoutCasts } from '../syntax/expression.ts';

/** Functions whose result is another way to name their first argument. */
const CONVERSIONS: ReadonlySet<string> = new Set([
  'folio_address',
  'folio_page',
  'page_address',
  'page_folio',
  'page_to_virt',
  'virt_to_folio',
  'virt_to_page',
  'virt_to_head_page',
  'virt_to_phys',
  '__pa',
  'page_to_phys',
  'page_to_pfn',
  'folio_pfn',
  'no_free_ptr',
]);

/** The name of the memory an expression denotes, whichever way it is denoted. */
export function memoryKey(
  expression: Expression,
  aliases: ReadonlyMap<string, string>,
): string | undefined {
  const bare = withoutCasts(expression);
  if (bare.kind === 'call' && bare.name !== undefined && CONVERSIONS.has(bare.name)) {
    const [converted] = bare.args;
    return converted && memoryKey(converted, aliases);
  }
  const key = keyOf(bare);
  return key === undefined ? undefined : (aliases.get(key) ?? key);
}

/** Whether an expression gives memory another name. */
export function isConversion(expression: Expression): boolean {
  const bare = withoutCasts(expression);
  return bare.kind === 'call' && bare.name !== undefined && CONVERSIONS.has(bare.name);
}

/** Functions that free what their first argument names. */
export const FREEING: ReadonlySet<string> = new Set([
  'folio_put',
  'put_page',
  '__free_page',
  '__free_pages',
  'free_page',
  'free_pages',
  'free_pages_exact',
  'kfree',
  'kvfree',
  'vfree',
  'kfree_sensitive',
]);
