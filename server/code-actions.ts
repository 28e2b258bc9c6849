import { type CodeAction, CodeActionKind, type WorkspaceEdit } from 'vscode-languageserver/node';
import { disjointEdits, type Fix, type Issue, type SourceEdit, type Span } from '../fdt/index.ts';
import { type CheckedSource, fixesFor, obviousFixFor } from '../kho/index.ts';
import { exactRangeOf, toDiagnostic } from './diagnostic.ts';
import { type NewBindingOptions, newBindingAction } from './new-binding-action.ts';
import { organizedDeletions } from './organize-deletions.ts';

/** The kind of the action that applies every repair there is no doubt about. */
export const FIX_ALL: string = `${CodeActionKind.SourceFixAll}.kho`;
/** The kind of the action that puts deletions where they are looked for. */
export const ORGANIZE_DELETIONS = 'source.organizeDeletions.kho';
/** Repairs that are offered at one place. */
const MAX_ACTIONS = 50;

export interface CodeActionOptions extends NewBindingOptions {
  /** Kinds that are asked for, or none for all. */
  readonly only: readonly string[];
}

/** What can be repaired in a range of the file, and all that can be repaired in it. */
export function codeActionsAt(
  checked: CheckedSource,
  range: { readonly start: number; readonly end: number },
  isInFile: (span: Span) => boolean,
  options: CodeActionOptions,
): CodeAction[] {
  const own = checked.issues.filter(({ span }) => span !== undefined && isInFile(span));
  const actions: CodeAction[] = [];
  if (isAsked(CodeActionKind.QuickFix, options))
    for (const issue of own.filter(({ span }) => touches(span, range)))
      for (const fix of fixesFor(checked, issue)) {
        const action = actionOf(issue, fix, options);
        if (action !== undefined && actions.length < MAX_ACTIONS) actions.push(action);
      }
  if (isAsked(CodeActionKind.QuickFix, options))
    for (const issue of own.filter(({ span }) => touches(span, range))) {
      const action = newBindingAction(checked, issue, options);
      if (action !== undefined && actions.length < MAX_ACTIONS) actions.push(action);
    }
  if (isAsked(FIX_ALL, options)) {
    const all = fixAll(checked, own, options);
    if (all !== undefined) actions.push(all);
  }
  // It takes compiling the source: only whoever asks for it by name gets it.
  if (options.only.length > 0 && isAsked(ORGANIZE_DELETIONS, options)) {
    const organized = organizeAction(checked, isInFile, options);
    if (organized !== undefined) actions.push(organized);
  }
  return actions;
}

/** A kind that is asked for includes those below it: `source` includes `source.fixAll.kho`. */
function isAsked(kind: string, { only }: CodeActionOptions): boolean {
  return only.length === 0 || only.some((each) => kind === each || kind.startsWith(`${each}.`));
}

function touches(
  span: Span | undefined,
  range: { readonly start: number; readonly end: number },
): boolean {
  return span !== undefined && span.start <= range.end && range.start <= span.end;
}

function actionOf(issue: Issue, fix: Fix, options: CodeActionOptions): CodeAction | undefined {
  const edit = workspaceEdit(fix.edits, options);
  if (edit === undefined) return undefined;
  return {
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [toDiagnostic(issue, options)],
    edit,
    ...(fix.isObvious ? { isPreferred: true } : {}),
  };
}

/** Of repairs in each other's way the first is made, as a whole; the next time, the others. */
function fixAll(
  checked: CheckedSource,
  issues: readonly Issue[],
  options: CodeActionOptions,
): CodeAction | undefined {
  const made: SourceEdit[] = [];
  let count = 0;
  for (const issue of issues) {
    const fix = obviousFixFor(checked, issue);
    if (fix === undefined || fix.edits.some((edit) => isInTheWay(edit, made))) continue;
    made.push(...fix.edits);
    count++;
    if (count === MAX_FIXED) break;
  }
  const edit = workspaceEdit(made, options);
  if (count === 0 || edit === undefined) return undefined;
  const title = count === 1 ? 'Fix the KHO problem' : 'Fix all KHO problems';
  return { title, kind: FIX_ALL, edit };
}

/** Repairs made at once; the next time, the others. */
const MAX_FIXED = 200;

/** Of edits in each other's way one would be dropped, and half of a repair be left. */
function isInTheWay({ span }: SourceEdit, others: readonly SourceEdit[]): boolean {
  return others.some(
    ({ span: { source, start, end } }) =>
      source === span.source && (start === span.start || (start < span.end && span.start < end)),
  );
}

function organizeAction(
  checked: CheckedSource,
  isInFile: (span: Span) => boolean,
  options: CodeActionOptions,
): CodeAction | undefined {
  const { sources } = checked.document;
  const source = sources.find((each) => isInFile({ source: each, start: 0, end: 0 }));
  const edits = source === undefined ? [] : organizedDeletions(checked, source);
  const edit = edits.length === 0 ? undefined : workspaceEdit(edits, options);
  return edit && { title: 'Organise deletions', kind: ORGANIZE_DELETIONS, edit };
}

/** Undefined if the editor cannot open one of the files. */
function workspaceEdit(
  edits: readonly SourceEdit[],
  { uriOf }: CodeActionOptions,
): WorkspaceEdit | undefined {
  const byUri = new Map<string, SourceEdit[]>();
  for (const edit of edits) {
    const uri = uriOf(edit.span);
    if (uri === undefined) return undefined;
    byUri.set(uri, [...(byUri.get(uri) ?? []), edit]);
  }
  const changes = [...byUri].map(([uri, own]) => [
    uri,
    disjointEdits(own).map(({ span, text }) => ({ range: exactRangeOf(span), newText: text })),
  ]);
  return { changes: Object.fromEntries(changes) };
}
