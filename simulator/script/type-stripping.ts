// Module hooks that let a kernel's process load TypeScript: types are blanked out, so that every
// line and column stays where it is. They run in a thread of Node's own.
import { readFile } from 'node:fs/promises';
import type { LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Sources with types; the rest is Node's business. */
const TYPESCRIPT = /\.m?ts$/;
const MODULE_SYNTAX = /^\s*(?:export|import)\b/m;

export const load: LoadHook = async (url, context, nextLoad) => {
  const { pathname, protocol } = new URL(url);
  if (protocol !== 'file:') return nextLoad(url, context);
  if (TYPESCRIPT.test(pathname)) {
    const text = await readFile(fileURLToPath(url), 'utf8');
    const source = await withoutTypes(text, url);
    return { format: 'module', source, shortCircuit: true };
  }
  // A driver in a folder without a package.json is a module if it looks like one.
  if (pathname.endsWith('.js')) {
    const source = await readFile(fileURLToPath(url), 'utf8');
    if (MODULE_SYNTAX.test(source)) return { format: 'module', source, shortCircuit: true };
  }
  return nextLoad(url, context);
};

async function withoutTypes(text: string, url: string): Promise<string> {
  const { default: swc } = await import('@swc/wasm-typescript');
  try {
    const { code } = swc.transformSync(text, { mode: 'strip-only' });
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
