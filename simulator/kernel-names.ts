// The kernel's names of what drivers call: scripts have them in camelCase, as their language does.

/** What the kernel calls otherwise than a script's name says. */
const OTHERWISE: Readonly<Record<string, string>> = {
  earlyInit: 'early_initcall',
  getFreePages: '__get_free_pages',
  isErr: 'IS_ERR',
  pa: 'virt_to_phys',
  va: 'phys_to_virt',
};

/** Drivers may ask for anything; only what there is comes often. */
const MAX_KNOWN = 1000;
const known = new Map<string, string>();

/** `kho_preserve_folio` for `khoPreserveFolio`; what is in snake_case stays so. */
export function kernelName(call: string): string {
  const before = known.get(call);
  if (before !== undefined) return before;
  const name = OTHERWISE[call] ?? call.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (known.size < MAX_KNOWN) known.set(call, name);
  return name;
}

/** A text for the author of the file at `path`: calls in it are spelled as in its language. */
export function inLanguageOf(path: string | undefined, text: string): string {
  if (path === undefined || !/\.[ch]$/.test(path)) return text;
  return text.replace(/\b(?:[pv]a|[a-z]+(?:[A-Z][a-z0-9]*)+)(?=\(\))/g, kernelName);
}
