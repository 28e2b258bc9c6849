import { readdirSync, readFileSync } from 'node:fs';
import type { SourceFile } from '../../fdt/index.ts';
import { type Binding, type BindingSet, createBindingSet, loadBinding } from '../../kho/index.ts';

/** The binding files of the package. */
export const BINDING_SOURCES: readonly SourceFile[] = readdirSync('bindings')
  .sort()
  .map((name) => ({
    path: `bindings/${name}`,
    text: readFileSync(`bindings/${name}`, 'utf8'),
  }));

/** All of them, loaded. */
export const SHIPPED: BindingSet = createBindingSet(
  BINDING_SOURCES.map((source) => loadBinding(source).value).filter(
    (binding): binding is Binding => binding !== undefined,
  ),
);
