// The user settings of an editor that only runs tests: nothing greets, updates, suggests or asks.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SETTINGS: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  // A cursor that blinks would make no two pictures alike.
  'editor.cursorBlinking': 'solid',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Writes the settings where an editor with `userDataFolder` reads them, unless there are some. */
export function writeUserSettings(userDataFolder: string): void {
  const file = path.join(userDataFolder, 'User', 'settings.json');
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(SETTINGS, null, 2));
}
