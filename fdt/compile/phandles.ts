// Phandles: those that the source gives, and those that a reference makes necessary.
import { getUint, putUint } from '../cells.ts';
import type { IssueList } from '../issue-list.ts';
import type { DtsReference } from '../source/syntax.ts';
import type { Span } from '../text.ts';
import type { ByteOrder } from '../tree.ts';
import { generatedProperty, type LiveNode, type LiveProperty } from './live-tree.ts';

/** Knows which phandles are taken. 0 and 0xffffffff are none. */
export class PhandleTable {
  readonly #byteOrder: ByteOrder;
  readonly #issues: IssueList;
  readonly #nodes = new Map<number, LiveNode>();
  #next = 1;

  constructor(byteOrder: ByteOrder, issues: IssueList) {
    this.#byteOrder = byteOrder;
    this.#issues = issues;
  }

  /**
   * Takes the phandle that `node` was given by its `phandle` or `linux,phandle`, whose values must
   * have been evaluated unless they hold a reference.
   */
  takeExplicit(node: LiveNode, resolve: (reference: string) => LiveNode | undefined): void {
    const phandle = this.#explicit(node, 'phandle', resolve);
    const legacy = this.#explicit(node, 'linux,phandle', resolve);
    if (phandle === 0 && legacy === 0) return;
    if (phandle !== 0 && legacy !== 0 && phandle !== legacy) {
      this.#error(node.span, `'phandle' and 'linux,phandle' differ`);
    }
    const taken = phandle === 0 ? legacy : phandle;
    const other = this.#nodes.get(taken);
    if (other !== undefined) {
      const hex = `0x${taken.toString(16)}`;
      this.#error(node.span, `the phandle ${hex} is that of ${other.path} too`);
      return;
    }
    node.phandle = taken;
    this.#nodes.set(taken, node);
  }

  /** The phandle of `node`; one that has none gets the lowest that is free, and a property. */
  phandleOf(node: LiveNode): number {
    if (node.phandle !== 0) return node.phandle;
    while (this.#nodes.has(this.#next)) this.#next++;
    node.phandle = this.#next;
    this.#nodes.set(node.phandle, node);
    if (node.property('phandle') === undefined) {
      node.addProperty(phandleProperty(node, this.#byteOrder));
    }
    return node.phandle;
  }

  /** 0 if there is none, or none that can be used. */
  #explicit(
    node: LiveNode,
    name: string,
    resolve: (reference: string) => LiveNode | undefined,
  ): number {
    const property = node.property(name);
    if (property === undefined) return 0;
    const span = property.syntax?.nameSpan;
    const reference = onlyReference(property);
    if (reference !== undefined) {
      // A reference to the node itself asks for a phandle that nothing else has.
      if (resolve(reference.text) !== node) {
        this.#error(reference.span, `'${name}' refers to another node`);
      }
      return 0;
    }
    const { value } = property;
    if (!property.isEvaluated || value.length !== 4) {
      this.#error(span, `'${name}' must be one cell of 32 bits`);
      return 0;
    }
    const phandle = Number(getUint(value, 0, 32, this.#byteOrder));
    if (phandle !== 0 && phandle !== 0xffff_ffff) return phandle;
    this.#error(span, `0x${phandle.toString(16)} cannot be a phandle`);
    return 0;
  }

  #error(span: Span | undefined, message: string): void {
    this.#issues.add('bad-phandle', { message, ...(span === undefined ? {} : { span }) });
  }
}

/** True if a value holds references, and so cannot be evaluated before phandles are known. */
export function hasReferences({ syntax }: LiveProperty): boolean {
  if (syntax === undefined || syntax.isPlain) return false;
  return syntax.values.some(
    (value) =>
      value.kind === 'reference' ||
      (value.kind === 'cells' && value.items.some((item) => item.kind === 'reference')),
  );
}

/** The reference that is all of a value: `<&label>`. */
function onlyReference({ syntax }: LiveProperty): DtsReference | undefined {
  if (syntax === undefined || syntax.isPlain) return undefined;
  const values = syntax.values.filter((value) => value.kind !== 'label');
  const [cells] = values;
  if (values.length !== 1 || cells?.kind !== 'cells') return undefined;
  const items = cells.items.filter((item) => item.kind !== 'label');
  const [item] = items;
  return items.length === 1 && item?.kind === 'reference' ? item : undefined;
}

function phandleProperty(node: LiveNode, order: ByteOrder): LiveProperty {
  const value = new Uint8Array(4);
  putUint(value, 0, BigInt(node.phandle), 32, order);
  return generatedProperty('phandle', value, node);
}
