// What drivers in TypeScript become, made in the process that starts those of kernels: each of them
// would have to load what does it.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DriverFile } from '../index.ts';
import { loadTypeStripper, type StripTypes, TYPESCRIPT } from './type-stripping.ts';

/** JavaScript by the URL of the file that it was made from. */
export type Sources = Readonly<Record<string, string>>;

/** Files of one kernel's drivers that are made ready; a process does others by itself. */
const MAX_FILES = 200;
/** `from './x.ts'`, `import './x.ts'`, `import('./x.ts')`; what only looks so does no harm. */
const IMPORTS = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

export class DriverSources {
  #strip: Promise<StripTypes> | undefined;
  readonly #known = new Map<string, { readonly text: string; readonly source: string }>();

  /**
   * Drivers and what they import by a path, as far as it is TypeScript that can be read. What is
   * left out the process of the kernel looks at itself, and says what is wrong with it.
   */
  async of(drivers: readonly DriverFile[]): Promise<Sources> {
    const sources: Record<string, string> = {};
    const urls = drivers.map(({ path }) => pathToFileURL(path).href);
    for (let next = 0; next < Math.min(urls.length, MAX_FILES); next++) {
      const url = urls[next] as string;
      if (!TYPESCRIPT.test(url) || sources[url] !== undefined) continue;
      const source = await this.#sourceOf(url);
      if (source === undefined) continue;
      sources[url] = source;
      for (const [, , specifier] of source.matchAll(IMPORTS))
        urls.push(new URL(specifier as string, url).href);
    }
    return sources;
  }

  async #sourceOf(url: string): Promise<string | undefined> {
    try {
      const text = readFileSync(fileURLToPath(url), 'utf8');
      const known = this.#known.get(url);
      if (known?.text === text) return known.source;
      this.#strip ??= loadTypeStripper();
      const source = (await this.#strip)(text, url);
      this.#known.set(url, { text, source });
      return source;
    } catch {
      return undefined;
    }
  }
}
