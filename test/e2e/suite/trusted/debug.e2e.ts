// A handover under the debugger: both kernels stop in the driver's own source.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as vscode from 'vscode';
import { DebugSessions } from '../../support/debug-sessions.ts';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';
import { exampleUri, workspaceFolder } from '../../support/workspace.ts';

interface Stop {
  readonly frame: vscode.DebugStackFrame;
  /** From 1. */
  readonly line: number;
  readonly path: string;
}

/** The next stop, other than at `before`. */
async function nextStop(before?: Stop): Promise<Stop> {
  return until('a stop', async () => {
    const frame = vscode.debug.activeStackItem;
    if (!(frame instanceof vscode.DebugStackFrame)) return undefined;
    const { stackFrames } = await frame.session.customRequest('stackTrace', {
      threadId: frame.threadId,
    });
    const [top] = stackFrames as { id: number; line: number; source?: { path?: string } }[];
    // gdb's adapter numbers the frames anew for everybody who asks.
    const isNumberedOnce = frame.session.type !== 'kho';
    if (top === undefined || (isNumberedOnce && top.id !== frame.frameId)) return undefined;
    const stop = { frame, line: top.line, path: top.source?.path ?? '' };
    const isSame = before?.frame.session.id === frame.session.id && before.line === stop.line;
    return isSame ? undefined : stop;
  });
}

async function evaluate({ frame }: Stop, expression: string): Promise<string> {
  const { result } = await frame.session.customRequest('evaluate', {
    expression,
    frameId: frame.frameId,
    context: 'watch',
  });
  return result;
}

async function breakAt(uri: vscode.Uri, ...texts: readonly string[]): Promise<number[]> {
  const document = await vscode.workspace.openTextDocument(uri);
  const lines = texts.map((text) => document.positionAt(document.getText().indexOf(text)).line);
  vscode.debug.addBreakpoints(
    lines.map(
      (line) => new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line, 0))),
    ),
  );
  return lines.map((line) => line + 1);
}

function kernelProcesses(): string {
  return spawnSync('pgrep', ['-f', 'inspect-brk.*kernel-process.mjs'], { encoding: 'utf8' }).stdout;
}

describe('debugging a handover', () => {
  let sessions: DebugSessions;

  beforeEach(() => {
    sessions = new DebugSessions();
  });

  afterEach(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await sessions.end();
    await until('no process of a kernel', () => kernelProcesses() === '');
  });

  it('stops in serialize in kernel 1 and in deserialize in kernel 2', async () => {
    const driver = exampleUri('ftrace.ts');
    await vscode.window.showTextDocument(driver);
    const [inSerialize, inDeserialize] = await breakAt(
      driver,
      '  return serializeRings(k, fdt, (ring)',
      "  const ftrace = k.fdtPathOffset(fdt, '/ftrace');",
    );
    // No launch.json: the driver that is open says what is meant.
    const isStarted = await vscode.debug.startDebugging(workspaceFolder(), {
      type: 'kho',
      request: 'launch',
      name: 'Handover',
    });
    assert.ok(isStarted);
    const first = await nextStop();
    assert.equal(first.line, inSerialize);
    assert.ok(first.path.endsWith(driver.path), first.path);
    const shown = vscode.window.activeTextEditor?.document;
    assert.equal(shown?.uri.toString(), driver.toString(), 'the file itself is shown');
    assert.match(first.frame.session.name, /Kernel 1/);
    assert.equal(await evaluate(first, 'k.number'), '1');
    assert.equal(await evaluate(first, 'rings.length'), '2');
    await screenshot('stopped in serialize');
    // The lambda is called per CPU from serializeRings(): stepping in gets there.
    await first.frame.session.customRequest('stepIn', { threadId: first.frame.threadId });
    const stepped = await nextStop(first);
    assert.notEqual(stepped.line, first.line);
    await stepped.frame.session.customRequest('continue', { threadId: stepped.frame.threadId });
    const second = await until('kernel 2 to stop', async () => {
      const stop = await nextStop(stepped);
      return /Kernel 2/.test(stop.frame.session.name) && stop;
    });
    assert.equal(second.line, inDeserialize);
    assert.equal(await evaluate(second, 'k.number'), '2');
    await screenshot('stopped in deserialize');
    const root = sessions.started[0];
    await second.frame.session.customRequest('continue', { threadId: second.frame.threadId });
    await until(
      'the end of the handover',
      () => root !== undefined && !sessions.live.includes(root),
    );
  });

  it('stops before a phase', async () => {
    const isStarted = await vscode.debug.startDebugging(workspaceFolder(), {
      type: 'kho',
      request: 'launch',
      name: 'Handover',
      program: exampleUri('ftrace.kho.json').fsPath,
      stopBeforePhase: 'jump',
    });
    assert.ok(isStarted);
    const stop = await nextStop();
    // In a server's workspace the editor names files by their URI.
    assert.ok(stop.path.endsWith(exampleUri('ftrace.kho.json').path), stop.path);
    const { threads } = await stop.frame.session.customRequest('threads');
    assert.deepEqual(
      threads.map(({ name }: { name: string }) => name),
      ['Kernel 1 (seed)'],
    );
  });

  it('ends everything it started when it is ended', async () => {
    const driver = exampleUri('ftrace.ts');
    await breakAt(driver, '  return serializeRings(k, fdt, (ring)');
    await vscode.commands.executeCommand('kho.debug', exampleUri('ftrace.kho.json'));
    await nextStop();
    assert.notEqual(kernelProcesses(), '');
    await vscode.debug.stopDebugging(sessions.started[0]);
    await until('all sessions to end', () => sessions.live.length === 0);
    await until('no process of a kernel', () => kernelProcesses() === '');
  });

  it('stops in a driver in C, in every kernel', async function () {
    for (const tool of ['gcc', 'gdb']) if (spawnSync(tool, ['--version']).status !== 0) this.skip();
    const parent = exampleUri('.');
    const folder = vscode.Uri.joinPath(parent, 'my-driver');
    await vscode.commands.executeCommand('kho.newDriver', parent, {
      name: 'my-driver',
      language: 'C',
    });
    try {
      const driver = vscode.Uri.joinPath(folder, 'my-driver.c');
      const [inPreserve, inRestore] = await breakAt(
        driver,
        '	int err = kho_preserve_folio(folio);',
        '	folio = kho_restore_folio(get_unaligned(page));',
      );
      // The driver that is open says what is meant, once its scenario has been noticed.
      await until('a session', () => vscode.commands.executeCommand<boolean>('kho.debug', driver));
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        driver,
      );
      assert.ok(lenses.some(({ command }) => command?.command === 'kho.debug'));
      const first = await nextStop();
      assert.equal(first.line, inPreserve);
      assert.ok(first.path.endsWith(driver.path), first.path);
      assert.match(first.frame.session.name, /Kernel 1/);
      assert.match(await evaluate(first, 'counters'), /0x/);
      await screenshot('stopped in a driver in C');
      await first.frame.session.customRequest('continue', { threadId: first.frame.threadId });
      const second = await until('kernel 2 to stop', async () => {
        const stop = await nextStop(first);
        return /Kernel 2/.test(stop.frame.session.name) && stop;
      });
      assert.equal(second.line, inRestore);
      await second.frame.session.customRequest('continue', { threadId: second.frame.threadId });
      // It hands over again: the breakpoint is that of kernel 1.
      const third = await nextStop(second);
      assert.equal(third.line, inPreserve);
      await third.frame.session.customRequest('continue', { threadId: third.frame.threadId });
      await until('all sessions to end', () => sessions.live.length === 0);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.workspace.fs.delete(folder, { recursive: true });
    }
  });
});
