// What there is at an event of a run, as a document that follows the cursor in its trace. Each
// answer is a replay, which gives the states of the events nearby, too.
import * as vscode from 'vscode';
import { runKho } from './kho-process.ts';
import { nativeArguments } from './native-settings.ts';
import type { Tools } from './tools.ts';
import { eventsAround } from './trace-text.ts';

const SCHEME = 'kho-state';
/** A cursor that is moved on by then is not followed. */
const SETTLED_MS = 80;
/** States of one run that are kept. */
const MAX_KEPT = 2000;

/** A run whose states are asked for: the same run again. */
export interface RunStates {
  readonly scenario: vscode.Uri;
  /** Of its trace. */
  readonly lines: readonly string[];
  /** Texts by event. */
  readonly known: Map<number, string>;
}

export interface States extends vscode.Disposable {
  ofRun(scenario: vscode.Uri, lines: readonly string[]): RunStates;
  /** Opens the state at an event beside what is open; its text, or undefined if there is none. */
  show(run: RunStates, event: number): Promise<string | undefined>;
  /** The same where the state of this run is visible already, as soon as the cursor rests. */
  follow(run: RunStates, event: number): void;
}

/** A state as `kho simulate --at --json` prints it, as far as it is used here. */
interface JsonState {
  readonly event: number;
  readonly line: string;
  readonly summary: string;
}

const CHANGED =
  'The scenario or its drivers have changed since the trace was made: show the trace again.\n';

export function createStates(tools: Tools): States {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: ({ path }) => texts.get(path) ?? 'Show the trace first.\n',
  });
  const uriOf = ({ scenario }: RunStates): vscode.Uri =>
    scenario.with({ scheme: SCHEME, path: `${scenario.path}.state` });
  let timer: NodeJS.Timeout | undefined;
  let replay: vscode.CancellationTokenSource | undefined;

  /** Replaces whatever replay goes on: only the last question is of interest. */
  const find = async (run: RunStates, event: number): Promise<string | undefined> => {
    const known = run.known.get(event);
    if (known !== undefined) return known;
    replay?.cancel();
    const own = new vscode.CancellationTokenSource();
    replay = own;
    const text = await replayUntil(tools, run, event, own.token);
    return own.token.isCancellationRequested ? undefined : text;
  };
  const put = async (run: RunStates, event: number): Promise<string | undefined> => {
    const text = await find(run, event);
    if (text === undefined) return undefined;
    const uri = uriOf(run);
    texts.set(uri.path, text);
    changed.fire(uri);
    return text;
  };
  return {
    ofRun: (scenario, lines) => ({ scenario, lines, known: new Map() }),
    async show(run, event) {
      const text = await put(run, event);
      if (text === undefined) return undefined;
      const document = await vscode.workspace.openTextDocument(uriOf(run));
      const options = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      await vscode.window.showTextDocument(document, { ...options, preview: false });
      return text;
    },
    follow(run, event) {
      const uri = uriOf(run).toString();
      const isVisible = vscode.window.visibleTextEditors.some(
        ({ document }) => document.uri.toString() === uri,
      );
      clearTimeout(timer);
      if (isVisible) timer = setTimeout(() => void put(run, event), SETTLED_MS);
    },
    dispose() {
      clearTimeout(timer);
      replay?.cancel();
      vscode.Disposable.from(provider, changed).dispose();
    },
  };
}

/** Keeps what the replay says of the events nearby; the text of one of them. */
async function replayUntil(
  tools: Tools,
  run: RunStates,
  event: number,
  token: vscode.CancellationToken,
): Promise<string | undefined> {
  const { scenario, lines, known } = run;
  // The last line is empty, or says how many are left out.
  const events = eventsAround(event, lines.length - 1);
  const command = ['simulate', scenario.fsPath, '--at', events.join(','), '--json'];
  const { stdout, stderr } = await runKho(tools, [...command, ...nativeArguments(scenario)], token);
  if (token.isCancellationRequested) return undefined;
  // A run that is shorter now has no such events.
  if (stdout.length === 0) return stderr.includes('--at') ? CHANGED : stderr;
  if (known.size > MAX_KEPT) known.clear();
  for (const state of [JSON.parse(stdout.toString())].flat() as JsonState[]) {
    const isSame = state.line.trim() === lines[state.event - 1]?.trim();
    known.set(state.event, isSame ? state.summary : CHANGED);
  }
  return known.get(event);
}
