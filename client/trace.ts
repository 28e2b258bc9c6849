// A run as a document with a line for each event, and what there is at the event under the cursor.
import * as vscode from 'vscode';
import type { JsonRunResult } from '../simulator/index.ts';
import { driversOf } from './scenarios.ts';
import { runSimulation } from './simulate.ts';
import { createStates, type RunStates } from './states.ts';
import type { Tools } from './tools.ts';
import { eventOf, type TraceSection, tracePlace, traceSections } from './trace-text.ts';

const SCHEME = 'kho-trace';
const LANGUAGE = 'kho-trace';
/** An editor does not take more; `kho simulate --trace` writes all of them. */
const MAX_LINES = 100_000;
/** Traces that are kept; the oldest makes way. */
const MAX_TRACES = 8;

/** What there is of a trace that is shown. */
interface ShownTrace {
  readonly text: string;
  readonly states: RunStates;
  /** By the name of the file. */
  readonly drivers: ReadonlyMap<string, vscode.Uri>;
}

export function registerTrace(tools: Tools): void {
  const traces = new Map<string, ShownTrace>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const states = createStates(tools);
  const show = async (uri?: vscode.Uri): Promise<vscode.TextDocument | undefined> => {
    const done = await runSimulation(tools, uri, 'Simulating', []);
    if (done === undefined) return undefined;
    const { scenario } = done;
    const text = shownText((done.output as JsonRunResult).trace);
    const drivers = await driversOf(scenario);
    const trace = scenario.with({ scheme: SCHEME, path: `${scenario.path}.trace` });
    traces.delete(trace.path);
    const [oldest] = traces.size >= MAX_TRACES ? traces.keys() : [];
    if (oldest !== undefined) traces.delete(oldest);
    traces.set(trace.path, {
      text,
      states: states.ofRun(scenario, text.split('\n')),
      drivers: new Map(drivers.map((each) => [each.path.split('/').at(-1) ?? '', each])),
    });
    changed.fire(trace);
    const document = await vscode.workspace.openTextDocument(trace);
    await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
    await vscode.window.showTextDocument(document, { preview: false });
    return document;
  };
  const showState = async (): Promise<string | undefined> => {
    const editor = vscode.window.activeTextEditor;
    const trace = editor && traces.get(editor.document.uri.path);
    const event = editor && eventUnderCursor(editor);
    if (trace === undefined || event === undefined) {
      const what =
        'Put the cursor on an event of a trace (KHO: Show Trace), and ask for its state.';
      void vscode.window.showInformationMessage(what);
      return undefined;
    }
    return states.show(trace.states, event);
  };
  const selector = { language: LANGUAGE };
  tools.context.subscriptions.push(
    changed,
    states,
    vscode.commands.registerCommand('kho.showTrace', show),
    vscode.commands.registerCommand('kho.showState', showState),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: ({ path }) => traces.get(path)?.text ?? 'Simulate it first.\n',
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      const trace = traces.get(textEditor.document.uri.path);
      const event = eventUnderCursor(textEditor);
      if (trace !== undefined && event !== undefined) states.follow(trace.states, event);
    }),
    vscode.languages.registerDocumentLinkProvider(selector, {
      provideDocumentLinks: (document) =>
        linksOf(document, traces.get(document.uri.path)?.drivers ?? new Map()),
    }),
    vscode.languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: (document) => traceSections(linesOf(document)).map(symbolOf),
    }),
    vscode.languages.registerFoldingRangeProvider(selector, {
      provideFoldingRanges: (document) =>
        traceSections(linesOf(document))
          .flatMap((kernel) => [kernel, ...kernel.phases])
          .map(({ start, end }) => new vscode.FoldingRange(start, end)),
    }),
  );
}

function shownText(trace: string): string {
  const lines = trace.split('\n');
  if (lines.length <= MAX_LINES) return trace;
  const left = lines.length - MAX_LINES;
  const more = `… ${left} more lines: kho simulate --trace FILE writes them all`;
  return `${lines.slice(0, MAX_LINES).join('\n')}\n${more}\n`;
}

function eventUnderCursor({ document, selection }: vscode.TextEditor): number | undefined {
  if (document.languageId !== LANGUAGE) return undefined;
  return eventOf(document.lineAt(selection.active.line).text);
}

function linesOf(document: vscode.TextDocument): readonly string[] {
  return document.getText().split('\n');
}

function linksOf(
  document: vscode.TextDocument,
  drivers: ReadonlyMap<string, vscode.Uri>,
): vscode.DocumentLink[] {
  return linesOf(document).flatMap((text, index) => {
    const place = tracePlace(text);
    const driver = place && drivers.get(place.file);
    if (place === undefined || driver === undefined) return [];
    const range = new vscode.Range(index, place.start, index, place.end);
    const target = driver.with({ fragment: `L${place.line},${place.column}` });
    return [new vscode.DocumentLink(range, target)];
  });
}

function symbolOf({ name, start, end, phases }: TraceSection): vscode.DocumentSymbol {
  const kind = phases.length > 0 ? vscode.SymbolKind.Module : vscode.SymbolKind.Event;
  const first = new vscode.Range(start, 0, start, 0);
  const symbol = new vscode.DocumentSymbol(name, '', kind, first.union(lineEnd(end)), first);
  symbol.children = phases.map(symbolOf);
  return symbol;
}

function lineEnd(line: number): vscode.Range {
  return new vscode.Range(line, Number.MAX_SAFE_INTEGER, line, Number.MAX_SAFE_INTEGER);
}
