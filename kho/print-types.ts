import type { FdtNode, FdtProperty, PrintType } from '../fdt/index.ts';
import { type BindingSet, propertySchema } from './bindings/binding-set.ts';

/** How the bindings would have the values of a tree printed, for printDts(). */
export function createPrintTypes(
  bindings: BindingSet,
): (node: FdtNode, property: FdtProperty) => PrintType | undefined {
  return (node, property) => {
    const described = bindings.describe(node);
    const schema = described && propertySchema(described.schema, property.name);
    switch (schema?.type.kind) {
      case undefined:
        return undefined;
      case 'flag':
        return { kind: 'flag' };
      case 'string':
      case 'strings':
        return { kind: 'strings' };
      case 'bytes':
        return { kind: 'bytes' };
      case 'cells': {
        const bits = schema.type.elements.map((element) => element.bits);
        return { kind: 'cells', bits, ...(bits.length > 1 ? { perLine: bits.length } : {}) };
      }
    }
  };
}
