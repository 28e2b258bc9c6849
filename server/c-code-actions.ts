import {
  type CodeAction,
  CodeActionKind,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { disjointEdits, type Fix, type Issue } from '../fdt/index.ts';
import { FIX_ALL } from './code-actions.ts';
import { type DiagnosticOptions, exactRangeOf, toDiagnostic } from './diagnostic.ts';

/** Repairs that are offered at one place, and that are made at once. */
const MAX_ACTIONS = 50;

/** The repairs that issues of a C file know, at a range of it, and all that are beyond doubt. */
export function cCodeActionsAt(
  uri: string,
  issues: readonly Issue[],
  range: { readonly start: number; readonly end: number },
  only: readonly string[],
  options: DiagnosticOptions,
): CodeAction[] {
  const isAsked = (kind: string): boolean =>
    only.length === 0 || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const actions: CodeAction[] = [];
  if (isAsked(CodeActionKind.QuickFix))
    for (const issue of issues.filter((each) => touches(each, range)))
      for (const fix of issue.fixes ?? []) {
        const edit = editOf([fix], options);
        if (edit === undefined) continue;
        actions.push({
          title: fix.title,
          kind: CodeActionKind.QuickFix,
          diagnostics: [toDiagnostic(issue, options)],
          edit,
          ...(fix.isObvious ? { isPreferred: true } : {}),
        });
      }
  const obvious = issues
    .flatMap(({ fixes }) => fixes?.find(({ isObvious }) => isObvious) ?? [])
    .filter(({ edits }) => edits.every(({ span }) => options.uriOf(span) === uri))
    .slice(0, MAX_ACTIONS);
  const all = obvious.length === 0 ? undefined : editOf(obvious, options);
  if (isAsked(FIX_ALL) && all !== undefined) {
    const title = obvious.length === 1 ? 'Fix the KHO problem' : 'Fix all KHO problems';
    actions.push({ title, kind: FIX_ALL, edit: all });
  }
  return actions.slice(0, MAX_ACTIONS);
}

function touches({ span }: Issue, range: { start: number; end: number }): boolean {
  return span !== undefined && span.start <= range.end && range.start <= span.end;
}

/** Undefined if the editor cannot open one of the files: a version may be in another header. */
function editOf(fixes: readonly Fix[], { uriOf }: DiagnosticOptions): WorkspaceEdit | undefined {
  const changes: Record<string, TextEdit[]> = {};
  for (const { span, text } of disjointEdits(fixes.flatMap((fix) => fix.edits))) {
    const uri = uriOf(span);
    if (uri === undefined) return undefined;
    changes[uri] ??= [];
    changes[uri].push({ range: exactRangeOf(span), newText: text });
  }
  return { changes };
}
