// What TypeScript becomes before it runs: types are blanked out, so that every line and column
// stays where it is.

/** Sources with types. */
export const TYPESCRIPT: RegExp = /\.m?ts$/;

/** Gives the JavaScript of a text; throws a SyntaxError with the place at the top of its stack. */
export type StripTypes = (text: string, url: string) => string;

type Transform = (text: string, options: { readonly mode: 'strip-only' }) => { code: string };

/** Loads the library, which is WebAssembly and takes as long as a small run. */
export async function loadTypeStripper(): Promise<StripTypes> {
  const { default: swc } = await import('@swc/wasm-typescript');
  return (text, url) => withoutTypes(swc.transformSync, text, url);
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
