// Which scenarios there are, and which of them name a driver.
import * as vscode from 'vscode';
import { parseScenario } from '../simulator/index.ts';

/** Scenarios of a workspace that are looked at. */
const MAX_SCENARIOS = 500;
const PATTERN = '**/*.kho.json';

export interface Scenarios extends vscode.Disposable {
  readonly onDidChange: vscode.Event<void>;
  /** Those that name the driver; the nearest folder's first. */
  naming(driver: vscode.Uri): Promise<readonly vscode.Uri[]>;
  /** The scenario itself, or one that names the driver: the user chooses if there are several. */
  choose(uri: vscode.Uri | undefined): Promise<vscode.Uri | undefined>;
}

export function isScenario(uri: vscode.Uri): boolean {
  return uri.path.endsWith('.kho.json');
}

export function createScenarios(): Scenarios {
  let all: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  const changed = new vscode.EventEmitter<void>();
  const watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
  const forget = (): void => {
    all = undefined;
    changed.fire();
  };
  const listeners = [
    watcher.onDidChange(forget),
    watcher.onDidCreate(forget),
    watcher.onDidDelete(forget),
  ];
  const naming = async (driver: vscode.Uri): Promise<readonly vscode.Uri[]> => {
    all ??= readScenarios();
    const found = [...(await all)].filter(([, drivers]) => drivers.includes(driver.toString()));
    const folder = vscode.Uri.joinPath(driver, '..').toString();
    const distance = (uri: string): number => (uri.startsWith(`${folder}/`) ? 0 : 1);
    return found
      .map(([uri]) => uri)
      .sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1))
      .map((uri) => vscode.Uri.parse(uri));
  };
  return {
    onDidChange: changed.event,
    naming,
    async choose(uri) {
      const chosen = uri ?? vscode.window.activeTextEditor?.document.uri;
      if (chosen !== undefined && isScenario(chosen)) return chosen;
      const candidates = chosen === undefined ? [] : await naming(chosen);
      if (candidates.length <= 1) return candidates[0];
      const items = candidates.map((candidate) => ({
        label: vscode.workspace.asRelativePath(candidate),
        candidate,
      }));
      const title = 'Which scenario?';
      return (await vscode.window.showQuickPick(items, { title }))?.candidate;
    },
    dispose: () => vscode.Disposable.from(watcher, changed, ...listeners).dispose(),
  };
}

/** Drivers by scenario. */
async function readScenarios(): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = await vscode.workspace.findFiles(PATTERN, '**/node_modules/**', MAX_SCENARIOS);
  const read = files.map(async (uri): Promise<[string, readonly string[]]> => {
    const drivers = await driversOf(uri);
    return [uri.toString(), drivers.map((each) => each.toString())];
  });
  return new Map(await Promise.all(read));
}

/** Drivers of a scenario, each as often as it is named. One that cannot be read names none. */
export async function driversOf(scenario: vscode.Uri): Promise<readonly vscode.Uri[]> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(scenario));
    const { value } = parseScenario({ path: scenario.path, text });
    const paths = value?.kernels.flatMap(({ drivers }) => drivers.map(({ path }) => path)) ?? [];
    const folder = vscode.Uri.joinPath(scenario, '..');
    return paths.map((path) => vscode.Uri.joinPath(folder, path));
  } catch {
    return [];
  }
}
