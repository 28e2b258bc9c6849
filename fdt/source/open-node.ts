import type { SourceFile, Span } from '../text.ts';
import type { DtsLabel, DtsNode, DtsNodeItem, DtsReference } from './syntax.ts';

interface NodeStart {
  readonly labels: readonly DtsLabel[];
  readonly name: string;
  readonly nameSpan: Span;
  readonly target: DtsReference | undefined;
  /** The opening brace. */
  readonly braceSpan: Span;
  readonly isOmitted: boolean;
}

/** A node whose closing brace has not been read yet. */
export class OpenNode {
  readonly name: string;
  readonly nameSpan: Span;
  readonly #start: NodeStart;
  readonly #items: DtsNodeItem[] = [];
  #hasNodes = false;

  constructor(start: NodeStart) {
    this.#start = start;
    this.name = start.target?.text ?? start.name;
    this.nameSpan = start.nameSpan;
  }

  /** True once something was added that properties must precede. */
  get hasNodes(): boolean {
    return this.#hasNodes;
  }

  add(item: DtsNodeItem): void {
    if (item.kind === 'node' || item.kind === 'delete-node') this.#hasNodes = true;
    this.#items.push(item);
  }

  /** `end` in `source` is past the closing brace. */
  close(source: SourceFile, end: number): DtsNode {
    const { labels, name, nameSpan, target, braceSpan, isOmitted } = this.#start;
    return {
      kind: 'node',
      labels,
      name,
      nameSpan,
      target,
      whole: extend(nameSpan, source, end),
      body: extend(braceSpan, source, end),
      isOmittedIfUnreferenced: isOmitted,
      items: this.#items,
    };
  }
}

/** A node may end in another file than it started in; then what was its start has to do. */
function extend(span: Span, source: SourceFile, end: number): Span {
  return source === span.source ? { source, start: span.start, end } : span;
}
