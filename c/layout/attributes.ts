// What attributes say of the layout: `packed` and `aligned(n)`. The others leave it as it is.
import type { ExpressionScope } from './expression.ts';
import { evaluateNext } from './expression.ts';
import { isUnknown, type Size, type Unknown, unknown } from './known.ts';
import type { TokenCursor } from './token-cursor.ts';

export interface Attributes {
  isPacked: boolean;
  /** The largest alignment that is asked for, in bytes. */
  aligned?: Size | undefined;
  /** An attribute that changes the layout in a way that is not modelled. */
  unknown?: Unknown | undefined;
}

/** `aligned` without a number: the largest that any type needs, on x86-64 and arm64. */
const LARGEST_ALIGNMENT = 16;

/** Macros of the kernel whose alignment is a matter of configuration. */
const OPEN_MACROS: ReadonlySet<string> = new Set([
  '____cacheline_aligned',
  '____cacheline_aligned_in_smp',
  '____cacheline_internodealigned_in_smp',
  '__cacheline_aligned',
  '__cacheline_aligned_in_smp',
  '__randomize_layout',
]);

export function noAttributes(): Attributes {
  return { isPacked: false };
}

/** Takes all attributes that follow into `into`. */
export function takeAttributes(
  cursor: TokenCursor,
  into: Attributes,
  scope: ExpressionScope,
): void {
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    if (token.text === '__attribute__' || token.text === '__attribute') {
      cursor.take();
      if (!cursor.is('(')) return;
      const group = cursor.skipGroup();
      if (group.is('(')) takeList(group.skipGroup(), into, scope);
    } else if (token.text === '_Alignas' || token.text === 'alignas') {
      cursor.take();
      if (cursor.is('(')) align(into, cursor.skipGroup(), scope);
    } else if (OPEN_MACROS.has(token.text)) {
      cursor.take();
      into.unknown = unknown(`what ${token.text} does depends on the configuration`, token.at);
    } else return;
  }
}

function takeList(list: TokenCursor, into: Attributes, scope: ExpressionScope): void {
  for (let token = list.take(); token !== undefined; token = list.take()) {
    const name = token.text.replace(/^__(.*)__$/, '$1');
    const use = list.is('(') ? list.skipGroup() : undefined;
    if (name === 'packed') into.isPacked = true;
    else if (name === 'aligned') align(into, use, scope);
    else if (LAYOUT_ATTRIBUTES.has(name))
      into.unknown = unknown(
        `what the attribute ${name} does to the layout is not known`,
        token.at,
      );
  }
}

const LAYOUT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'mode',
  'vector_size',
  'ms_struct',
  'gcc_struct',
  'scalar_storage_order',
  'randomize_layout',
  'warn_if_not_aligned',
]);

function align(into: Attributes, use: TokenCursor | undefined, scope: ExpressionScope): void {
  const type = use && scope.typeName(use);
  const value = type === undefined && use !== undefined ? evaluateNext(use, scope) : undefined;
  const bytes: Size =
    use === undefined
      ? LARGEST_ALIGNMENT
      : type !== undefined
        ? type.alignment
        : isUnknown(value)
          ? value
          : Number(value?.value ?? 1n);
  const isPower = isUnknown(bytes) || (bytes > 0 && Number.isInteger(Math.log2(bytes)));
  const wanted = isPower || use === undefined ? bytes : unknown('no power of two', use.at);
  if (isUnknown(into.aligned) || wanted === 0) return;
  into.aligned = isUnknown(wanted) ? wanted : Math.max(wanted, into.aligned ?? 1);
}
