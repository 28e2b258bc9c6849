// Where in a driver's source something happened.
import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import type { CallSite } from '../index.ts';

/** Frames that are looked through for one of the driver's: few first, since each takes time. */
const FRAMES: readonly number[] = [10, 40];

/** The innermost frame that is not of `ownUrl`, the bundle this is part of. */
export function callerSite(ownUrl: string): CallSite | undefined {
  for (const limit of FRAMES) {
    const site = callerWithin(limit, ownUrl);
    if (site !== undefined) return site;
  }
  return undefined;
}

function callerWithin(limit: number, ownUrl: string): CallSite | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = limit;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  for (const frame of frames) {
    const url = frame.getFileName() ?? '';
    if (!url.startsWith('file:') || url === ownUrl) continue;
    const functionName = frame.getFunctionName();
    return {
      path: pathOf(url),
      line: frame.getLineNumber() ?? 1,
      column: frame.getColumnNumber() ?? 1,
      ...(functionName === null ? {} : { functionName }),
    };
  }
  return undefined;
}

const knownPaths = new Map<string, string>();

function pathOf(url: string): string {
  let path = knownPaths.get(url);
  if (path === undefined) {
    path = fileURLToPath(url);
    knownPaths.set(url, path);
  }
  return path;
}

/** The first place in a driver's files that an error's stack names. */
export function thrownSite(error: unknown, ownUrl: string): CallSite | undefined {
  const stack = String((error as Error | null)?.stack ?? '');
  for (const line of stack.split('\n')) {
    const match = /(file:\/\/\S+?):(\d+)(?::(\d+))?\)?$/.exec(line.trim());
    if (match === null || match[1] === ownUrl) continue;
    const name = /^at (?:async )?([\w$.]+) \(/.exec(line.trim())?.[1];
    return {
      path: fileURLToPath(match[1] as string),
      line: Number(match[2]),
      column: Number(match[3] ?? 1),
      ...(name === undefined ? {} : { functionName: name }),
    };
  }
  return undefined;
}

type Functions = Readonly<Record<string, unknown>>;

/**
 * Where functions are defined, by name. A function whose place is not known is left out. `texts`
 * are what runs of files, by path, in which nearly all are found; V8's debugger, which knows all of
 * them, takes longer than loading a driver.
 */
export function functionSites(
  functions: Functions,
  texts: ReadonlyMap<string, string>,
): Record<string, CallSite> {
  const sites: Record<string, CallSite> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(functions)) {
    const site = declaredAt(name, value, texts);
    if (site === undefined) others[name] = value;
    else sites[name] = site;
  }
  return Object.keys(others).length === 0 ? sites : { ...sites, ...sitesOfDebugger(others) };
}

/** The place of a function declaration whose text there is once; V8 counts from its parameters. */
function declaredAt(
  name: string,
  value: unknown,
  texts: ReadonlyMap<string, string>,
): CallSite | undefined {
  if (typeof value !== 'function') return undefined;
  const own = Function.prototype.toString.call(value);
  const start = /^function\s+[\w$]+/.exec(own)?.[0].length;
  if (start === undefined) return undefined;
  let site: CallSite | undefined;
  for (const [path, text] of texts) {
    const at = text.indexOf(own);
    if (at < 0) continue;
    if (site !== undefined || text.indexOf(own, at + 1) >= 0) return undefined;
    const before = text.slice(0, at + start);
    const line = before.split('\n').length;
    site = { path, line, column: before.length - before.lastIndexOf('\n'), functionName: name };
  }
  return site;
}

function sitesOfDebugger(functions: Functions): Record<string, CallSite> {
  const sites: Record<string, CallSite> = {};
  const session = new Session();
  session.connect();
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  const holder = globalThis as { khoFunction?: unknown };
  session.post('Debugger.enable');
  for (const [name, value] of Object.entries(functions)) {
    holder.khoFunction = value;
    // Sessions in the same thread answer before post() returns.
    session.post('Runtime.evaluate', { expression: 'khoFunction' }, (error, evaluated) => {
      const { objectId } = evaluated?.result ?? {};
      if (error !== null || objectId === undefined) return;
      session.post('Runtime.getProperties', { objectId }, (failure, properties) => {
        const found = properties?.internalProperties?.find(
          (each) => each.name === '[[FunctionLocation]]',
        );
        const place = found?.value?.value as
          | { scriptId: string; lineNumber: number; columnNumber: number }
          | undefined;
        const url = place && urls.get(place.scriptId);
        if (failure !== null || place === undefined || !url?.startsWith('file:')) return;
        sites[name] = {
          path: fileURLToPath(url),
          line: place.lineNumber + 1,
          column: place.columnNumber + 1,
          functionName: name,
        };
      });
    });
  }
  delete holder.khoFunction;
  session.post('Debugger.disable');
  session.disconnect();
  return sites;
}
