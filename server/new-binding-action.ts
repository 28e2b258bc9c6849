import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node';
import { type FdtNode, type Issue, nodesOf, propertyOf, type Span } from '../fdt/index.ts';
import { bindingSkeleton, type CheckedSource, compatiblesOf } from '../kho/index.ts';
import { type DiagnosticOptions, toDiagnostic } from './diagnostic.ts';

export interface NewBindingOptions extends DiagnosticOptions {
  /** Where a new binding of a name goes; undefined for nowhere. Without it none are offered. */
  readonly newBindingUri?: (fileName: string) => string | undefined;
}

/** A new binding for a compatible that has none, with all that the node has now. */
export function newBindingAction(
  checked: CheckedSource,
  issue: Issue,
  options: NewBindingOptions,
): CodeAction | undefined {
  const { span, rule } = issue;
  if (rule !== 'unknown-compatible' || span === undefined) return undefined;
  const node = nodeAt(checked, span);
  const [compatible] = node === undefined ? [] : compatiblesOf(node);
  const text = node && bindingSkeleton(node, checked.release);
  if (compatible === undefined || text === undefined || !isFileName(compatible)) return undefined;
  const uri = options.newBindingUri?.(`${compatible}.kho.yaml`);
  if (uri === undefined) return undefined;
  const start = { line: 0, character: 0 };
  return {
    title: `Describe ${compatible} in a new binding`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [toDiagnostic(issue, options)],
    edit: {
      documentChanges: [
        { kind: 'create', uri, options: { overwrite: false, ignoreIfExists: false } },
        {
          textDocument: { uri, version: null },
          edits: [{ range: { start, end: start }, newText: text }],
        },
      ],
    },
  };
}

function isFileName(compatible: string): boolean {
  return /^[\w,+@-][\w,.+@-]*$/.test(compatible);
}

/** The node whose compatible is written at `span`. */
function nodeAt({ tree }: CheckedSource, { source, start }: Span): FdtNode | undefined {
  for (const node of nodesOf(tree.root)) {
    const written = propertyOf(node, 'compatible')?.pieces[0]?.span;
    if (written?.source === source && written.start === start) return node;
  }
  return undefined;
}
