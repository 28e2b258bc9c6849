// How a kernel's process loads TypeScript: types are blanked out, so that every line and column
// stays where it is.
import { readFileSync } from 'node:fs';
import type { LoadFnOutput, LoadHook, LoadHookContext } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Sources with types; the rest is Node's business. */
const TYPESCRIPT = /\.m?ts$/;
const MODULE_SYNTAX = /^\s*(?:export|import)\b/m;

type Transform = (text: string, options: { readonly mode: 'strip-only' }) => { code: string };
/** A hook of module.registerHooks(), which Node 20 does not have. */
export type SyncLoadHook = (
  url: string,
  context: LoadHookContext,
  nextLoad: (url: string, context: LoadHookContext) => LoadFnOutput,
) => LoadFnOutput;

/** For module.register(), where hooks run in a thread of Node's own. */
export const load: LoadHook = async (url, context, nextLoad) =>
  loadWith(await typeStripper(), url) ?? nextLoad(url, context);

/** For module.registerHooks(), where hooks run in the thread that imports. */
export async function createSyncLoad(): Promise<SyncLoadHook> {
  const strip = await typeStripper();
  return (url, context, nextLoad) => loadWith(strip, url) ?? nextLoad(url, context);
}

async function typeStripper(): Promise<Transform> {
  const { default: swc } = await import('@swc/wasm-typescript');
  return (text, options) => swc.transformSync(text, options);
}

/** What to run for `url`, or undefined if Node knows better. */
function loadWith(strip: Transform, url: string): LoadFnOutput | undefined {
  const { pathname, protocol } = new URL(url);
  if (protocol !== 'file:') return undefined;
  if (TYPESCRIPT.test(pathname)) {
    const text = readFileSync(fileURLToPath(url), 'utf8');
    return { format: 'module', source: withoutTypes(strip, text, url), shortCircuit: true };
  }
  if (!pathname.endsWith('.js')) return undefined;
  // A driver in a folder without a package.json is a module if it looks like one.
  const source = readFileSync(fileURLToPath(url), 'utf8');
  return MODULE_SYNTAX.test(source) ? { format: 'module', source, shortCircuit: true } : undefined;
}

function withoutTypes(strip: Transform, text: string, url: string): string {
  try {
    const { code } = strip(text, { mode: 'strip-only' });
    // Tells debuggers to show the file itself, though its bytes are not those that run.
    return `${code}\n\n//# sourceURL=${url}`;
  } catch (error) {
    const { message, line, column } = plainError(error);
    // The place is put where thrownSite() looks for it: errors lose all but text between threads.
    const failure = new SyntaxError(message);
    failure.stack = `SyntaxError: ${message}\n    at ${url}:${line}:${column}`;
    throw failure;
  }
}

interface PlainError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The library throws an object with a message, or a drawing of it. */
function plainError(error: unknown): PlainError {
  const { message, startLine, startColumn } = (error ?? {}) as {
    message?: string;
    startLine?: number;
    startColumn?: number;
  };
  const drawn = /\[\S*?:?(\d+):(\d+)\]/.exec(String(error));
  const text = (message ?? String(error)).replace(/^\s*[x×]\s*/, '').split('\n')[0] ?? '';
  return {
    message: text.trim() || 'this is not TypeScript whose types can be left out',
    line: startLine ?? Number(drawn?.[1] ?? 1),
    column: (startColumn ?? Number(drawn?.[2] ?? 1) - 1) + 1,
  };
}
