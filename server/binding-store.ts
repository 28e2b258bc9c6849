import type { Issue } from '../fdt/index.ts';
import { type Binding, type BindingSet, createBindingSet, loadBinding } from '../kho/index.ts';
import type { FileKey } from './file-key.ts';
import { type Files, MAX_SOURCE_BYTES } from './files.ts';

/** The bindings in force, from files that may change at any time. */
export interface BindingStore {
  /** Names the files; of two bindings for one compatible the one of the later file wins. */
  use(keys: Iterable<FileKey>): void;
  /** The same object as long as no binding has changed. */
  current(): BindingSet;
  /** True if the file was named in use(). */
  has(key: FileKey): boolean;
  issuesOf(key: FileKey): readonly Issue[];
  keys(): readonly FileKey[];
}

interface Loaded {
  readonly stamp: number;
  readonly binding: Binding | undefined;
  readonly issues: readonly Issue[];
}

export function createBindingStore(files: Files): BindingStore {
  const loaded = new Map<FileKey, Loaded>();
  let keys: readonly FileKey[] = [];
  let inForce: readonly Binding[] = [];
  let set: BindingSet = createBindingSet([]);
  let checkedAt = -1;

  const load = (key: FileKey): Loaded => {
    const known = loaded.get(key);
    const stamp = files.stampOf(key);
    if (known?.stamp === stamp) return known;
    const { binding, issues } = loadFrom(files, key);
    // While someone types in a binding it is broken most of the time. What it said last stays in
    // force meanwhile, or every source would lose and regain its meaning with each key.
    const kept = files.documentOf(key) === undefined ? undefined : known?.binding;
    const fresh = { stamp, binding: binding ?? kept, issues };
    loaded.set(key, fresh);
    return fresh;
  };
  return {
    use(next) {
      keys = [...new Set(next)];
      checkedAt = -1;
      const named = new Set(keys);
      for (const key of loaded.keys()) if (!named.has(key)) loaded.delete(key);
    },
    current() {
      if (checkedAt === files.revision()) return set;
      checkedAt = files.revision();
      const bindings = keys.map((key) => load(key).binding).filter((each) => each !== undefined);
      const isSame =
        bindings.length === inForce.length && bindings.every((each, i) => each === inForce[i]);
      if (!isSame) {
        inForce = bindings;
        set = createBindingSet(bindings);
      }
      return set;
    },
    has: (key) => keys.includes(key),
    issuesOf: (key) => load(key).issues,
    keys: () => keys,
  };
}

function loadFrom(files: Files, key: FileKey): Omit<Loaded, 'stamp'> {
  const content = files.read(key);
  switch (content.kind) {
    case 'missing':
      return { binding: undefined, issues: [] };
    case 'too-large': {
      const message = `a binding of more than ${MAX_SOURCE_BYTES} bytes is not read`;
      const issue: Issue = { rule: 'limit-exceeded', severity: 'warning', message };
      return { binding: undefined, issues: [issue] };
    }
    case 'text': {
      const { value, issues } = loadBinding(content.source);
      return { binding: value, issues };
    }
  }
}
