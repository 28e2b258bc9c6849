// Answers what the client asks about names: where they are defined and used, and what else they
// could be.
import {
  type Connection,
  LSPErrorCodes,
  ResponseError,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { offsetAt } from '../fdt/index.ts';
import {
  bindingDefinitionAt,
  bindingReferencesAt,
  prepareBindingRename,
  renameBindingAt,
} from './binding-names.ts';
import { definitionAt } from './definition.ts';
import { keyOfPath } from './file-key.ts';
import { guarded, type Log } from './log.ts';
import { occurrencesAt } from './occurrences.ts';
import { MAX_PARTAKING, partakingTrees } from './partaking-trees.ts';
import { highlightsAt } from './references.ts';
import { referencesAcross } from './references-across.ts';
import { prepareRenameAt, type RenameRefusal } from './rename.ts';
import { renameAcross } from './rename-across.ts';
import type { Session } from './session.ts';

export function answerNames(
  connection: Connection,
  log: Log,
  whenReady: () => Promise<Session>,
): void {
  connection.onDefinition(
    guarded(log, 'definition', null, async ({ textDocument, position }) => {
      const { at, bindingOf, project, uriOf } = await whenReady();
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined) {
        const offset = offsetAt(binding, position);
        return bindingDefinitionAt(binding, offset, project.bindings(), uriOf) ?? null;
      }
      const found = at(textDocument.uri, position);
      return found === undefined ? null : (definitionAt(found.checked, found.place, uriOf) ?? null);
    }),
  );
  connection.onReferences(
    guarded(log, 'references', null, async ({ textDocument, position, context }, token) => {
      const { at, bindingOf, project, uriOf } = await whenReady();
      const { includeDeclaration } = context;
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined) {
        const offset = offsetAt(binding, position);
        const { trees } = await partakingTrees(project, undefined, token);
        const set = project.bindings();
        return bindingReferencesAt(binding, offset, set, trees, includeDeclaration, uriOf);
      }
      const found = at(textDocument.uri, position);
      if (found === undefined) return null;
      const { checked, place } = found;
      const isOfAll = occurrencesAt(checked, place).some(
        ({ thing }) => thing.kind === 'compatible',
      );
      const { trees } = await partakingTrees(project, isOfAll ? undefined : checked, token);
      const others = trees.filter((tree) => tree !== checked);
      return referencesAcross([checked, ...others], place, includeDeclaration, uriOf);
    }),
  );
  connection.onDocumentHighlight(
    guarded(log, 'highlights', null, async ({ textDocument, position }) => {
      const found = (await whenReady()).at(textDocument.uri, position);
      return found === undefined ? null : highlightsAt(found.checked, found.place);
    }),
  );
  answerRenames(connection, log, whenReady);
}

function answerRenames(connection: Connection, log: Log, whenReady: () => Promise<Session>): void {
  connection.onPrepareRename(
    guarded(log, 'rename', null, async ({ textDocument, position }) => {
      const { at, bindingOf, project } = await whenReady();
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined) {
        const offset = offsetAt(binding, position);
        return prepareBindingRename(binding, offset, project.bindings()) ?? null;
      }
      const found = at(textDocument.uri, position);
      return found === undefined ? null : (prepareRenameAt(found.checked, found.place) ?? null);
    }),
  );
  connection.onRenameRequest(
    guarded(log, 'rename', null, async ({ textDocument, position, newName }, token) => {
      const { at, bindingOf, client, project, uriOf } = await whenReady();
      const binding = bindingOf(textDocument.uri);
      if (binding !== undefined) {
        const shipped = client.shippedBindings;
        const shippedUri = shipped === undefined ? undefined : `${keyOfPath(shipped)}/`;
        const isOwn = (uri: string): boolean =>
          shippedUri === undefined || !uri.startsWith(shippedUri);
        const offset = offsetAt(binding, position);
        const set = project.bindings();
        return answerOf(renameBindingAt(binding, offset, newName, set, uriOf, isOwn));
      }
      const found = at(textDocument.uri, position);
      if (found === undefined) return null;
      const { checked, place } = found;
      const { trees, areAll } = await partakingTrees(project, checked, token);
      if (!areAll)
        return answerOf({ refused: `More than ${MAX_PARTAKING} sources share the files it is in` });
      const others = trees.filter((tree) => tree !== checked);
      return answerOf(renameAcross([checked, ...others], place, newName, uriOf));
    }),
  );
}

/** What the protocol has for a name that cannot be: the editor shows the sentence. */
function answerOf(edit: WorkspaceEdit | RenameRefusal): WorkspaceEdit {
  if (!('refused' in edit)) return edit;
  return new ResponseError<never>(LSPErrorCodes.RequestFailed, edit.refused) as never;
}
