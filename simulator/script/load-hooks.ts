// How a kernel's process loads TypeScript: as it was made ready by whoever started it or, where
// that did not see a file coming, by itself.
import { readFileSync } from 'node:fs';
import type { LoadFnOutput, LoadHook, LoadHookContext } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Sources } from './driver-sources.ts';
import { loadTypeStripper, type StripTypes, TYPESCRIPT } from './type-stripping.ts';

const MODULE_SYNTAX = /^\s*(?:export|import)\b/m;

/** A hook of module.registerHooks(), which Node 20 does not have. */
export type SyncLoadHook = (
  url: string,
  context: LoadHookContext,
  nextLoad: (url: string, context: LoadHookContext) => LoadFnOutput,
) => LoadFnOutput;

/** Where this thread is told of sources that are ready. */
let told: MessagePort | undefined;
let ready: Sources = {};
let stripper: StripTypes | undefined;

/** For module.register(), where hooks run in a thread of Node's own. */
export function initialize(port: MessagePort): void {
  told = port;
}

/** For module.register(). */
export const load: LoadHook = async (url, context, nextLoad) => {
  for (let message = told && receiveMessageOnPort(told); message !== undefined; ) {
    ready = { ...ready, ...(message.message as Sources) };
    message = told && receiveMessageOnPort(told);
  }
  const source = ready[url];
  if (source === undefined && TYPESCRIPT.test(new URL(url).pathname))
    stripper ??= await loadTypeStripper();
  return loadWith(stripper, url, source) ?? nextLoad(url, context);
};

/** For module.registerHooks(), where hooks run in the thread that imports. */
export async function createSyncLoad(sources: Sources = {}): Promise<SyncLoadHook> {
  const strip = await loadTypeStripper();
  return (url, context, nextLoad) => loadWith(strip, url, sources[url]) ?? nextLoad(url, context);
}

/** What to run for `url`, or undefined if Node knows better. */
function loadWith(
  strip: StripTypes | undefined,
  url: string,
  made: string | undefined,
): LoadFnOutput | undefined {
  if (made !== undefined) return { format: 'module', source: made, shortCircuit: true };
  const { pathname, protocol } = new URL(url);
  if (protocol !== 'file:') return undefined;
  if (TYPESCRIPT.test(pathname) && strip !== undefined) {
    const source = strip(readFileSync(fileURLToPath(url), 'utf8'), url);
    return { format: 'module', source, shortCircuit: true };
  }
  if (!pathname.endsWith('.js')) return undefined;
  // A driver in a folder without a package.json is a module if it looks like one.
  const source = readFileSync(fileURLToPath(url), 'utf8');
  return MODULE_SYNTAX.test(source) ? { format: 'module', source, shortCircuit: true } : undefined;
}
