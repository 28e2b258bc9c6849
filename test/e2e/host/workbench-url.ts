// The address of a workbench: what to open is in its query.

export interface WorkbenchTarget {
  /** Absolute path of a folder or a `.code-workspace`; without one the window is empty. */
  readonly workspace?: string;
  /** Absolute paths of files to open. */
  readonly files?: readonly string[];
  /** Absolute paths of extensions to run from their sources. */
  readonly extensions?: readonly string[];
  /** Absolute path of the module whose `run` is called in the extension host. */
  readonly tests?: string;
}

/** The address at which the server at `authority` shows `target`. */
export function workbenchUrl(authority: string, target: WorkbenchTarget): string {
  const { workspace, files = [], extensions = [], tests } = target;
  const remote = (file: string) => `vscode-remote://${authority}${encodeURI(file)}`;
  const payload = [
    ...files.map((file) => ['openFile', remote(file)]),
    ...extensions.map((folder) => ['extensionDevelopmentPath', remote(folder)]),
    ...(tests === undefined ? [] : [['extensionTestsPath', remote(tests)]]),
  ];
  const url = new URL(`http://${authority}/`);
  if (workspace === undefined) url.searchParams.set('ew', 'true');
  else url.searchParams.set(workspaceKind(workspace), workspace);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

function workspaceKind(workspace: string): 'workspace' | 'folder' {
  return workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
}
