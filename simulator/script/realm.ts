// Fresh globals without a fresh process: a kernel's drivers in a realm of their own. What Node adds
// to the language is there as well, but once it was touched the process is not used again.
import { existsSync, readFileSync } from 'node:fs';
import type { LoadHookContext } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as vm from 'node:vm';
import { type Context, createContext, Script, type SourceTextModule } from 'node:vm';
import type { DriverFile, Kernel, KernelBoot } from '../index.ts';
import { makeDeterministic } from './determinism.ts';
import { createSyncLoad, type SyncLoadHook } from './load-hooks.ts';

/** What may go on after its kernel has ended, or may ask for modules later on. */
const OUTLIVES = /\b(?:async|await|Promise|import\s*\(|import\s*\.\s*meta)/;

/**
 * Makes the object that drivers call out of values of their own realm, so that `instanceof` and
 * errors are what they are in a process. `call` gives a value or an error.
 */
const BIND_KERNEL = new Script(
  `(call, names, values) => {
    const own = (value) => {
      // What drivers made themselves comes back as it is.
      if (value instanceof Object) return value;
      if (ArrayBuffer.isView(value)) return new Uint8Array(value);
      if (Array.isArray(value)) return Array.from(value, own);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, own(each)]));
    };
    const kernel = { ...values };
    for (const name of names)
      kernel[name] = (...args) => {
        const { error, value } = call(name, args);
        if (error === undefined) return own(value);
        throw new (globalThis[error.name] ?? Error)(error.message);
      };
    return kernel;
  }`,
  { filename: 'kho-realm.js' },
);

type BindKernel = (
  call: (name: string, args: readonly unknown[]) => unknown,
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
) => Kernel;

/** The drivers of one kernel, loaded. */
export interface Realm {
  /** What each driver exports, by its name. */
  readonly modules: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** False once a driver has touched what all kernels of this process share. */
  isClean(): boolean;
  /** The kernel as drivers of this realm see it. */
  bind(kernel: Kernel): Kernel;
}

/** Makes realms, one after the other. */
export class Realms {
  readonly #load: SyncLoadHook;
  readonly #hostNames: readonly string[];
  /** What became of files. */
  readonly #sources = new Map<string, { readonly text: string; readonly source: string }>();

  private constructor(load: SyncLoadHook) {
    this.#load = load;
    const language = new Set<string>(
      new Script('Object.getOwnPropertyNames(globalThis)').runInContext(createContext({})),
    );
    const all = Object.getOwnPropertyNames(globalThis);
    this.#hostNames = all.filter((name) => !language.has(name));
  }

  /** True if a driver's file is at `url`. */
  has(url: string): boolean {
    return this.#sources.has(url);
  }

  static async create(): Promise<Realms> {
    return new Realms(await createSyncLoad());
  }

  /**
   * Loads drivers; undefined if they are not plain modules that import each other by their paths,
   * or cannot be loaded: a process of its own does it, or says why not. `onTouch` is called instead
   * of giving a driver something of Node.
   */
  async load(boot: KernelBoot, onTouch?: () => never): Promise<Realm | undefined> {
    let isClean = true;
    const touch = (name: string): unknown => {
      onTouch?.();
      if (isClean) makeDeterministic(boot.seed);
      isClean = false;
      return (globalThis as Record<string, unknown>)[name];
    };
    const context = this.#newContext(touch);
    makeDeterministic(boot.seed, new Script('globalThis').runInContext(context));
    try {
      const modules = await this.#modulesOf(boot.drivers, context);
      const bindKernel = BIND_KERNEL.runInContext(context) as BindKernel;
      return {
        modules,
        isClean: () => isClean,
        bind: (kernel) => bindKernel(callerOf(kernel), functionNames(kernel), valuesOf(kernel)),
      };
    } catch {
      return undefined;
    }
  }

  #newContext(touch: (name: string) => unknown): Context {
    const holder = {};
    for (const name of this.#hostNames)
      Object.defineProperty(holder, name, { configurable: true, get: () => touch(name) });
    return createContext(holder);
  }

  async #modulesOf(
    drivers: readonly DriverFile[],
    context: Context,
  ): Promise<Map<string, Record<string, unknown>>> {
    const loaded = new Map<string, SourceTextModule>();
    const moduleAt = (url: string): SourceTextModule => {
      const known = loaded.get(url);
      if (known !== undefined) return known;
      const module = new vm.SourceTextModule(this.#sourceOf(url), { context, identifier: url });
      loaded.set(url, module);
      return module;
    };
    const modules = new Map<string, Record<string, unknown>>();
    for (const { name, path } of drivers) {
      const module = moduleAt(pathToFileURL(path).href);
      if (module.status === 'unlinked')
        await module.link((specifier, from) => moduleAt(resolved(specifier, from.identifier)));
      await module.evaluate();
      modules.set(name, { ...module.namespace } as Record<string, unknown>);
    }
    return modules;
  }

  /** The text of a module that has no types; throws for what does not fit into a realm. */
  #sourceOf(url: string): string {
    const text = readFileSync(fileURLToPath(url), 'utf8');
    const known = this.#sources.get(url);
    if (known?.text === text) return known.source;
    const isMarked = /\.m[jt]s$/.test(url);
    const { source } = this.#load(url, NO_CONTEXT, () => ({
      format: 'module',
      source: isMarked ? text : undefined,
    }));
    if (typeof source !== 'string' || OUTLIVES.test(source)) throw new Unfit(url);
    this.#sources.set(url, { text, source });
    return source;
  }
}

class Unfit extends Error {}

const NO_CONTEXT: LoadHookContext = {
  conditions: [],
  format: undefined,
  importAssertions: {},
  importAttributes: {},
};

/** Only files by their paths: a package is made for a process. */
function resolved(specifier: string, from: string): string {
  if (!/^\.\.?\//.test(specifier)) throw new Unfit(specifier);
  const url = new URL(specifier, from);
  if (!existsSync(fileURLToPath(url))) throw new Unfit(specifier);
  return url.href;
}

function callerOf(kernel: Kernel): (name: string, args: readonly unknown[]) => unknown {
  const functions = kernel as unknown as Record<string, (...args: unknown[]) => unknown>;
  return (name, args) => {
    try {
      return { value: functions[name]?.(...args.map(ourOwn)) };
    } catch (error) {
      const { name: kind = 'Error', message = String(error) } = (error ?? {}) as Partial<Error>;
      return { error: { name: kind, message } };
    }
  };
}

/** Bytes of another realm as bytes of this one; objects stay the same ones. */
export function ourOwn<T>(value: T): T {
  return Object.prototype.toString.call(value) === '[object Uint8Array]'
    ? (new Uint8Array(value as Uint8Array) as T)
    : value;
}

function functionNames(kernel: Kernel): string[] {
  return Object.entries(kernel).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  );
}

function valuesOf(kernel: Kernel): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(kernel).filter(([, value]) => typeof value !== 'function'),
  );
}
