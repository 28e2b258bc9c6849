import { type InitializeParams, MarkupKind } from 'vscode-languageserver/node';
import { type FileKey, keyOfPath, keyOfUri } from './file-key.ts';

/** What the client can do, and what it told the server to begin with. */
export interface ClientFeatures {
  /** It asks for diagnostics; others have to be sent them. */
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesInlayHints: boolean;
  readonly refreshesSemanticTokens: boolean;
  readonly refreshesCodeLenses: boolean;
  /** Whether an edit may make a file. */
  readonly createsFiles: boolean;
  readonly takesRelatedDocuments: boolean;
  readonly showsRelatedInformation: boolean;
  readonly showsCodeDescription: boolean;
  readonly answersConfiguration: boolean;
  readonly announcesConfiguration: boolean;
  readonly announcesFolders: boolean;
  readonly watchesFiles: boolean;
  readonly watchesOutside: boolean;
  readonly hoverKind: MarkupKind;
  /** Whether completions may have placeholders. */
  readonly takesSnippets: boolean;
  /** Whether completions and signatures may be explained in Markdown. */
  readonly showsMarkdown: boolean;
  /** Whether a parameter may be told by its place in the signature. */
  readonly takesLabelOffsets: boolean;
  readonly folders: readonly FileKey[];
  /** Folder with the bindings that ship with the extension. */
  readonly shippedBindings: string | undefined;
  /** Where the pages of the rules are; a rule's page is this, its name and `.md`. */
  readonly rulePages: string | undefined;
  /** Whether programs may be started on behalf of the folders that are open. */
  readonly isTrusted: boolean;
  /** Commands that the client has, which lenses may name. */
  readonly commands: ReadonlySet<string>;
}

export function readClientFeatures(params: InitializeParams): ClientFeatures {
  const { textDocument, workspace } = params.capabilities;
  const published = textDocument?.publishDiagnostics;
  const pulled = textDocument?.diagnostic;
  const edits = workspace?.workspaceEdit;
  const options = (params.initializationOptions ?? {}) as Record<string, unknown>;
  const formats = textDocument?.hover?.contentFormat ?? [MarkupKind.PlainText];
  return {
    pullsDiagnostics: pulled !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesInlayHints: workspace?.inlayHint?.refreshSupport === true,
    refreshesSemanticTokens: workspace?.semanticTokens?.refreshSupport === true,
    refreshesCodeLenses: workspace?.codeLens?.refreshSupport === true,
    createsFiles:
      edits?.documentChanges === true && edits.resourceOperations?.includes('create') === true,
    takesRelatedDocuments: pulled?.relatedDocumentSupport === true,
    // A client that pulls may say it in either place.
    showsRelatedInformation: (published ?? pulled)?.relatedInformation === true,
    showsCodeDescription: (published ?? pulled)?.codeDescriptionSupport === true,
    answersConfiguration: workspace?.configuration === true,
    announcesConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    announcesFolders: workspace?.workspaceFolders === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    watchesOutside: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    hoverKind: formats.includes(MarkupKind.Markdown) ? MarkupKind.Markdown : MarkupKind.PlainText,
    showsMarkdown: formats.includes(MarkupKind.Markdown),
    takesLabelOffsets:
      textDocument?.signatureHelp?.signatureInformation?.parameterInformation
        ?.labelOffsetSupport === true,
    takesSnippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    folders: foldersOf(params),
    shippedBindings: shippedBindingsOf(options),
    rulePages: textOf(options.rulePages),
    isTrusted: options.isTrusted !== false,
    commands: new Set(textsOf(options.commands)),
  };
}

function foldersOf({ workspaceFolders, rootUri, rootPath }: InitializeParams): FileKey[] {
  if (workspaceFolders) return workspaceFolders.map(({ uri }) => keyOfUri(uri));
  if (rootUri) return [keyOfUri(rootUri)];
  return rootPath ? [keyOfPath(rootPath)] : [];
}

function shippedBindingsOf(options: Record<string, unknown>): string | undefined {
  const root = textOf(options.extensionRoot);
  return textOf(options.bindingsPath) ?? (root === undefined ? undefined : `${root}/bindings`);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
