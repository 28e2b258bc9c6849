import * as vscode from 'vscode';
import { until } from './until.ts';

/**
 * The debug sessions that started since it was made, child sessions too. What the editor calls the
 * active session may outlive all of them, so the end of one is what its event says.
 */
export class DebugSessions {
  readonly #live = new Set<vscode.DebugSession>();
  readonly #started: vscode.DebugSession[] = [];
  readonly #listeners = [
    vscode.debug.onDidStartDebugSession((session) => {
      this.#started.push(session);
      this.#live.add(session);
    }),
    vscode.debug.onDidTerminateDebugSession((session) => this.#live.delete(session)),
  ];

  /** In the order in which they started. */
  get started(): readonly vscode.DebugSession[] {
    return this.#started;
  }

  /** Those that have not ended. */
  get live(): readonly vscode.DebugSession[] {
    return [...this.#live];
  }

  /** Stops all of them and stops listening. */
  async end(): Promise<void> {
    await vscode.debug.stopDebugging();
    await until('all debug sessions to end', () => this.#live.size === 0);
    for (const listener of this.#listeners) listener.dispose();
  }
}
