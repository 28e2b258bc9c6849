// Words of the kernel that its headers define as attributes. The grammar knows none of them and
// would take them for types or declarators, so the parser is shown blanks in their place.

const PLAIN = [
  '__init',
  '__exit',
  '__meminit',
  '__net_init',
  '__net_exit',
  '__initdata',
  '__initconst',
  '__exitdata',
  '__init_or_module',
  '__ref',
  '__refdata',
  '__user',
  '__iomem',
  '__percpu',
  '__rcu',
  '__force',
  '__must_check',
  '__maybe_unused',
  '__always_unused',
  '__ro_after_init',
  '__read_mostly',
  '__always_inline',
  '__cold',
  '__used',
  '__weak',
  '__sched',
  '__pure',
  '__packed',
  'noinline',
  'notrace',
  'asmlinkage',
].join('|');
const WITH_ARGUMENT =
  'free|counted_by|acquires|releases|must_hold|printf|aligned|nonstring|section';
const WORDS = new RegExp(
  `\\b__(?:${WITH_ARGUMENT})[ \\t]*\\([^()\\n]*\\)|(?<![\\w"])(?:${PLAIN})\\b`,
  'g',
);

/** `text` with blanks for attributes: as long as before, so that all offsets stay. */
export function withoutKernelWords(text: string): string {
  return text.replace(WORDS, (word) => ' '.repeat(word.length));
}

/** What `__free()` names, if that attribute follows at `offset` of the text as it was written. */
export function cleanupAfter(text: string, offset: number): string | undefined {
  return /^[ \t]*__free[ \t]*\([ \t]*(\w+)/.exec(text.slice(offset, offset + 80))?.[1];
}
