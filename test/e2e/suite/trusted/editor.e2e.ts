// The editor under test is a whole one: what our features stand on works in it.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { DebugSessions } from '../../support/debug-sessions.ts';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';

const PROGRAM = ['const answer = 6 * 7;', 'console.log(answer);', ''].join('\n');

describe('the editor under test', () => {
  it('has opened the workspace, trusted', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.equal(vscode.workspace.isTrusted, true);
  });

  it('stops in a Node program with its own JavaScript debugger', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder !== undefined);
    const file = vscode.Uri.joinPath(folder.uri, 'program.mjs');
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(PROGRAM));
    await vscode.window.showTextDocument(file);
    const breakpoint = new vscode.SourceBreakpoint(
      new vscode.Location(file, new vscode.Position(1, 0)),
    );
    vscode.debug.addBreakpoints([breakpoint]);
    const sessions = new DebugSessions();
    try {
      const started = await vscode.debug.startDebugging(folder, {
        type: 'node',
        request: 'launch',
        name: 'program',
        program: file.fsPath,
      });
      assert.ok(started);
      const frame = await until('a stop at the breakpoint', async () => {
        const item = vscode.debug.activeStackItem;
        return item instanceof vscode.DebugStackFrame ? item : undefined;
      });
      const { result } = await frame.session.customRequest('evaluate', {
        expression: 'answer',
        frameId: frame.frameId,
      });
      assert.equal(result, '42');
      // The debugger of the bundled extension has a session for the launch and a child that stops.
      const [launch, child] = sessions.started;
      assert.equal(launch?.name, 'program');
      assert.equal(child?.parentSession?.id, launch?.id);
      assert.equal(frame.session.id, child?.id);
      await screenshot('javascript-debugger');
    } finally {
      vscode.debug.removeBreakpoints([breakpoint]);
      await sessions.end();
    }
  });
});
