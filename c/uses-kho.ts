const HEADER =
  /^[ \t]*#[ \t]*include[ \t]*[<"](?:linux\/)?(?:kexec_handover|liveupdate|kho\/|kho_)/m;
const PARTS =
  'is|preserve|unpreserve|restore|alloc|add|remove|retrieve|radix|block|claim|return|get';
const CALL = new RegExp(
  `\\b(?:kho_(?:${PARTS})_\\w+|liveupdate_\\w+|(?:un)?register_kho_notifier)[ \\t]*\\(`,
);

/** Whether a C file has to do with KHO: of others nothing is said. */
export function usesKho(text: string): boolean {
  return HEADER.test(text) || CALL.test(text);
}
