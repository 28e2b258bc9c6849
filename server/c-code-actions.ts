import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node';
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
      for (const fix of issue.fixes ?? [])
        actions.push({
          title: fix.title,
          kind: CodeActionKind.QuickFix,
          diagnostics: [toDiagnostic(issue, options)],
          edit: editOf(uri, [fix]),
          ...(fix.isObvious ? { isPreferred: true } : {}),
        });
  const obvious = issues.flatMap(({ fixes }) => fixes?.find(({ isObvious }) => isObvious) ?? []);
  if (isAsked(FIX_ALL) && obvious.length > 0) {
    const title = obvious.length === 1 ? 'Fix the KHO problem' : 'Fix all KHO problems';
    const edit = editOf(uri, obvious.slice(0, MAX_ACTIONS));
    actions.push({ title, kind: FIX_ALL, edit });
  }
  return actions.slice(0, MAX_ACTIONS);
}

function touches({ span }: Issue, range: { start: number; end: number }): boolean {
  return span !== undefined && span.start <= range.end && range.start <= span.end;
}

function editOf(uri: string, fixes: readonly Fix[]): NonNullable<CodeAction['edit']> {
  const edits = disjointEdits(fixes.flatMap((fix) => fix.edits)).map(({ span, text }) => ({
    range: exactRangeOf(span),
    newText: text,
  }));
  return { changes: { [uri]: edits } };
}
