// How many cells of a value make one tuple, for what prints or formats sources.
import { type CellList, nodesOf, type Span } from '../fdt/index.ts';
import { tupleBytes } from './bindings/binding.ts';
import { propertySchema } from './bindings/binding-set.ts';
import type { CheckedSource } from './check.ts';

/**
 * What tells `formatDts` how many cells the bindings give a tuple of a property that is named in
 * the file of `isInFile`; undefined where none describes it, or where cells are no whole tuples.
 */
export function tupleCells(
  checked: CheckedSource,
  isInFile: (span: Span) => boolean,
): (list: CellList) => number | undefined {
  let known: ReadonlyMap<number, Bits> | undefined;
  return ({ nameSpan, bits }) => {
    known ??= tuplesByName(checked, isInFile);
    const elements = known.get(nameSpan.start);
    if (elements === undefined) return undefined;
    if (bits === undefined || elements.all === bits) return elements.count;
    // Cells of another width fill a tuple as bytes do.
    const cells = (elements.bytes * 8) / bits;
    return Number.isInteger(cells) ? cells : undefined;
  };
}

interface Bits {
  readonly count: number;
  readonly bytes: number;
  /** The width of every element; undefined if they differ. */
  readonly all: number | undefined;
}

/** By where the name of the property is written. */
function tuplesByName(
  { tree, bindings }: CheckedSource,
  isInFile: (span: Span) => boolean,
): Map<number, Bits> {
  const tuples = new Map<number, Bits>();
  const { describe } = bindings.describer();
  for (const node of nodesOf(tree.root)) {
    const described = describe(node);
    if (described === undefined) continue;
    for (const { name, whole } of node.properties) {
      if (whole === undefined || !isInFile(whole)) continue;
      const type = propertySchema(described.schema, name)?.type;
      if (type?.kind !== 'cells') continue;
      const [first, ...others] = type.elements.map(({ bits }) => bits);
      const all = others.every((bits) => bits === first) ? first : undefined;
      tuples.set(whole.start, { count: type.elements.length, bytes: tupleBytes(type), all });
    }
  }
  return tuples;
}
