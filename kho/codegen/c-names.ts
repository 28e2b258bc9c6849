// What C code calls a binding, its nodes and its properties.

/** `ftrace,cpu-v1` is `ftrace_cpu`; the version is a macro of its own. */
export function prefixOf(id: string): string {
  const stem = identifierOf(id.replace(/-v\d+$/, ''));
  // The roots of KHO would take the names of KHO itself.
  return stem === 'kho' ? identifierOf(id) : stem;
}

/** The version that an id ends with, if it does. */
export function versionOf(id: string): string | undefined {
  return /-v(\d+)$/.exec(id)?.[1];
}

/** A C identifier that resembles `name`. */
export function identifierOf(name: string): string {
  const text = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (text === '') return 'node';
  if (/^\d/.test(text)) return `n${text}`;
  return KEYWORDS.has(text) ? `${text}_` : text;
}

/** A macro's name. */
export function macroOf(...parts: readonly string[]): string {
  return parts.map((part) => identifierOf(part).toUpperCase()).join('_');
}

/** What functions of a prefix begin with: KHO is in every name, and in none twice. */
export function callsOf(prefix: string): string {
  return prefix.startsWith('kho_') ? prefix : `${prefix}_kho`;
}

/** The plural of an identifier, for arrays. */
export function pluralOf(identifier: string): string {
  return identifier.endsWith('s') ? `${identifier}_list` : `${identifier}s`;
}

/** Words that no member can be called. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'auto bool break case char const continue default do double else enum extern float for goto ' +
    'if inline int long register restrict return short signed sizeof static struct switch ' +
    'typedef union unsigned void volatile while asm typeof true false null current jiffies ' +
    'linux unix'
  ).split(' '),
);
