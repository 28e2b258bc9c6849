// Which request about a document is answered by what.
import type { Connection, Range } from 'vscode-languageserver/node';
import { offsetAt, type SourceFile, type Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { bindingActionsAt } from './binding-actions.ts';
import { bindingCompletionsAt, bindingHoverAt } from './binding-completion.ts';
import { C_ACCESS } from './c-completion.ts';
import { cReport } from './c-documents.ts';
import { codeActionsAt } from './code-actions.ts';
import { codeLensesOf } from './code-lenses.ts';
import { completionsAt } from './completion.ts';
import { MAX_COMPLETIONS } from './completion-draft.ts';
import { keyOfUri } from './file-key.ts';
import { foldingRangesOf } from './folding.ts';
import { answerFormatting } from './formatting-requests.ts';
import { hoverAt } from './hover.ts';
import { uriOfBytes } from './include-host.ts';
import { includePaths } from './include-paths.ts';
import { inlayHintsOf } from './inlay-hints.ts';
import { documentLinksOf } from './links.ts';
import { guarded, type Log, nextTurn } from './log.ts';
import { answerNames } from './name-requests.ts';
import { newBindingUri } from './new-binding-uri.ts';
import { documentReport, workspaceReport } from './pull.ts';
import { selectionRangesAt } from './selection.ts';
import type { Session } from './session.ts';
import { signatureAt } from './signature.ts';
import { symbolsOf } from './symbols.ts';
import { answerTokens } from './token-requests.ts';
import { typeDefinitionAt } from './type-definition.ts';
import {
  prepareTypeHierarchyAt,
  prepareTypeHierarchyIn,
  subtypesOf,
  supertypesOf,
} from './type-hierarchy.ts';
import { workspaceSymbols } from './workspace-symbols.ts';

/** Answers what the client asks; each answer waits until the workspace is known. */
export function answerRequests(
  connection: Connection,
  log: Log,
  session: () => Session | undefined,
): void {
  const whenReady = async (): Promise<Session> => {
    const current = session();
    if (current === undefined) throw new Error('not initialized');
    await current.ready;
    return current;
  };
  connection.onHover(
    guarded(log, 'hover', null, async ({ textDocument, position }) => {
      const { at, bindingOf, c, client, uriOf } = await whenReady();
      if (c.answers.isC(textDocument.uri))
        return (await c.answers.hover(textDocument.uri, position)) ?? null;
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined)
        return bindingHoverAt(binding, offsetAt(binding, position), client.hoverKind) ?? null;
      const found = at(textDocument.uri, position);
      const options = { kind: client.hoverKind, linkTo: uriOf };
      return found === undefined ? null : (hoverAt(found.checked, found.place, options) ?? null);
    }),
  );
  connection.onDocumentSymbol(
    guarded(log, 'symbols', null, async ({ textDocument }) => {
      const tree = (await whenReady()).treeOf(textDocument.uri);
      return tree === undefined ? null : symbolsOf(tree.checked, tree.isInFile);
    }),
  );
  connection.onCodeAction(
    guarded(log, 'code actions', null, async ({ textDocument, range, context }) => {
      const { bindingOf, c, treeOf, diagnosticOptions, client, project } = await whenReady();
      if (c.answers.isC(textDocument.uri))
        return c.answers.codeActions(textDocument.uri, range, context.only ?? []);
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined)
        return bindingActionsAt(binding, offsetsOf(binding, range), diagnosticOptions);
      const tree = treeOf(textDocument.uri);
      if (tree === undefined) return null;
      const key = keyOfUri(textDocument.uri);
      const options = {
        ...diagnosticOptions,
        only: context.only ?? [],
        newBindingUri: (fileName: string) =>
          client.createsFiles
            ? newBindingUri(project, key, fileName, client.shippedBindings)
            : undefined,
      };
      return codeActionsAt(tree.checked, offsetsOf(tree.source, range), tree.isInFile, options);
    }),
  );
  answerTyping(connection, log, whenReady);
  answerDiagnostics(connection, log, whenReady);
  answerNames(connection, log, whenReady);
  answerHierarchy(connection, log, whenReady);
  answerStructure(connection, log, whenReady);
  answerTokens(connection, log, whenReady);
  answerFormatting(connection, log, whenReady);
}

type WhenReady = () => Promise<Session>;

function answerTyping(connection: Connection, log: Log, whenReady: WhenReady): void {
  connection.onCompletion(
    guarded(log, 'completion', null, async ({ textDocument, position, context }) => {
      const { bindingOf, c, treeOf, client } = await whenReady();
      if (c.answers.isC(textDocument.uri)) return c.answers.completions(textDocument.uri, position);
      if (C_ACCESS.includes(context?.triggerCharacter ?? '')) return null;
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined) return bindingCompletionsAt(binding, offsetAt(binding, position));
      const tree = treeOf(textDocument.uri);
      if (tree === undefined) return null;
      const { checked, source, isInFile } = tree;
      const place = { offset: offsetAt(source, position), isInFile };
      const key = keyOfUri(textDocument.uri);
      const items = completionsAt(checked, source, place, {
        ...client,
        includeFiles: (prefix, directive) => includePaths(key, prefix, directive),
      });
      // Items beyond the limit are cut by what has been typed: more typing brings others.
      return { isIncomplete: items.length >= MAX_COMPLETIONS, items };
    }),
  );
  connection.onSignatureHelp(
    guarded(log, 'signature help', null, async ({ textDocument, position }) => {
      const { c, treeOf, client } = await whenReady();
      if (c.answers.isC(textDocument.uri))
        return (await c.answers.signature(textDocument.uri, position)) ?? null;
      const tree = treeOf(textDocument.uri);
      if (tree === undefined) return null;
      const place = { offset: offsetAt(tree.source, position), isInFile: tree.isInFile };
      return signatureAt(tree.checked, tree.source, place, client) ?? null;
    }),
  );
}

function answerDiagnostics(connection: Connection, log: Log, whenReady: WhenReady): void {
  const { diagnostics } = connection.languages;
  diagnostics.on(
    guarded(log, 'diagnostics', { kind: 'full', items: [] }, async (params) => {
      const { c, project, uriOfKey, client } = await whenReady();
      const key = keyOfUri(params.textDocument.uri);
      if (c.documents.has(key)) return cReport(c.documents, key, params.previousResultId);
      return documentReport(project, params, uriOfKey, client.takesRelatedDocuments);
    }),
  );
  diagnostics.onWorkspace(
    guarded(log, 'workspace diagnostics', { items: [] }, async (params, token) => {
      const { project, uriOfKey } = await whenReady();
      return workspaceReport(project, params, uriOfKey, token);
    }),
  );
}

function answerHierarchy(connection: Connection, log: Log, whenReady: WhenReady): void {
  connection.onTypeDefinition(
    guarded(log, 'type definition', null, async ({ textDocument, position }) => {
      const { at, uriOf } = await whenReady();
      const found = at(textDocument.uri, position);
      return found === undefined
        ? null
        : (typeDefinitionAt(found.checked, found.place, uriOf) ?? null);
    }),
  );
  const hierarchy = connection.languages.typeHierarchy;
  hierarchy.onPrepare(
    guarded(log, 'type hierarchy', null, async ({ textDocument, position }) => {
      const { at, bindingOf, project, uriOf } = await whenReady();
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined) {
        const isInFile = (span: Span): boolean => uriOf(span) === textDocument.uri;
        return prepareTypeHierarchyIn(project.bindings(), isInFile, uriOf);
      }
      const found = at(textDocument.uri, position);
      return found === undefined ? null : prepareTypeHierarchyAt(found.checked, found.place, uriOf);
    }),
  );
  hierarchy.onSupertypes(
    guarded(log, 'supertypes', null, async ({ item }) => {
      const { project, uriOf } = await whenReady();
      return supertypesOf(project.bindings(), item, uriOf);
    }),
  );
  hierarchy.onSubtypes(
    guarded(log, 'subtypes', null, async ({ item }) => {
      const { project, uriOf } = await whenReady();
      return subtypesOf(project.bindings(), item, uriOf);
    }),
  );
  connection.onWorkspaceSymbol(
    guarded(log, 'workspace symbols', null, async ({ query }, token) => {
      const { project, uriOf } = await whenReady();
      const trees: CheckedSource[] = [];
      for (const key of project.keys()) {
        if (token.isCancellationRequested) break;
        const tree = project.treeAround(key);
        if (tree !== undefined) trees.push(tree);
        await nextTurn();
      }
      return workspaceSymbols(trees, query, uriOf);
    }),
  );
}

function answerStructure(connection: Connection, log: Log, whenReady: WhenReady): void {
  connection.onFoldingRanges(
    guarded(log, 'folding', null, async ({ textDocument }) => {
      const tree = (await whenReady()).treeOf(textDocument.uri);
      return tree === undefined ? null : foldingRangesOf(tree.checked, tree.source, tree.isInFile);
    }),
  );
  connection.onSelectionRanges(
    guarded(log, 'selection', null, async ({ textDocument, positions }) => {
      const tree = (await whenReady()).treeOf(textDocument.uri);
      if (tree === undefined) return null;
      const offsets = positions.map((position) => offsetAt(tree.source, position));
      return selectionRangesAt(tree.checked, tree.source, offsets, tree.isInFile);
    }),
  );
  connection.languages.inlayHint.on(
    guarded(log, 'inlay hints', null, async ({ textDocument, range }) => {
      const { treeOf, project } = await whenReady();
      const tree = treeOf(textDocument.uri);
      if (tree === undefined) return null;
      const { inlayHints } = project.settings();
      return inlayHintsOf(tree.checked, offsetsOf(tree.source, range), tree.isInFile, inlayHints);
    }),
  );
  connection.onCodeLens(
    guarded(log, 'lenses', null, async ({ textDocument: { uri } }) => {
      const { treeOf, client, project } = await whenReady();
      const tree = project.settings().codeLens ? treeOf(uri) : undefined;
      if (tree === undefined) return null;
      return codeLensesOf(tree.checked, tree.isInFile, { uri, commands: client.commands });
    }),
  );
  connection.onDocumentLinks(
    guarded(log, 'links', null, async ({ textDocument }) => {
      const { treeOf, uriOf, project } = await whenReady();
      const tree = treeOf(textDocument.uri);
      if (tree === undefined) return null;
      return documentLinksOf(tree.checked, tree.isInFile, uriOf, {
        uriOfBytes: (path, from) => uriOfBytes(project.files, path, from),
      });
    }),
  );
}

function offsetsOf(source: SourceFile, { start, end }: Range): { start: number; end: number } {
  return { start: offsetAt(source, start), end: offsetAt(source, end) };
}
