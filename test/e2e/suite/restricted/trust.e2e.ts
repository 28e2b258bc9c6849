import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('a workspace that is not trusted', () => {
  it('is open in restricted mode', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.equal(vscode.workspace.isTrusted, false);
  });
});
