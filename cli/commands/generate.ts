import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Binding, generateC, loadBinding } from '../../kho/index.ts';
import { loadBindings, loadFolder } from '../bindings.ts';
import { asSource, readInput, reason, UnusableInput } from '../input.ts';
import { EXIT, type Output, releaseOption } from '../options.ts';
import { issueText, styleFor } from '../report/text.ts';

export interface GenerateCommandOptions {
  readonly release?: string;
  readonly bindings: readonly string[];
  readonly into: string;
}

/**
 * `kho generate c`: a header and a C file for a binding, which is a file or the id of one that is
 * known. Nothing is overwritten.
 */
export function generateCCommand(
  name: string,
  options: GenerateCommandOptions,
  output: Output,
): number {
  const release = releaseOption(options.release);
  const { binding, others } = bindingNamed(name, options.bindings, output);
  if (binding === undefined) return EXIT.issues;
  const files = generateC(binding, { bindings: others, ...(release && { release }) });
  const paths = files.map(({ path }) => join(options.into, path));
  const taken = paths.find((path) => existsSync(path));
  if (taken !== undefined)
    throw new UnusableInput(`${taken}: exists already; nothing is written (--into DIR)`);
  try {
    mkdirSync(options.into, { recursive: true });
    for (const [index, { text }] of files.entries()) {
      const path = paths[index] as string;
      writeFileSync(path, text, { flag: 'wx' });
      output.out(`${path}\n`);
    }
  } catch (error) {
    throw new UnusableInput(`${options.into}: ${reason(error)}`);
  }
  return EXIT.clean;
}

/** The binding, and all that it may refer to; undefined once its issues were printed. */
function bindingNamed(
  name: string,
  folders: readonly string[],
  output: Output,
): { readonly binding?: Binding; readonly others: readonly Binding[] } {
  const known = loadBindings(folders).bindings.bindings;
  if (!/\.ya?ml$/.test(name)) {
    const binding = known.findLast(({ id }) => id === name);
    if (binding !== undefined) return { binding, others: known };
    const ids = known.map(({ id }) => id).join(', ');
    throw new UnusableInput(
      `${name}: is no *.kho.yaml file, and no such binding; known are ${ids}`,
    );
  }
  const { value, issues } = loadBinding(asSource(name, readInput(name)));
  const style = styleFor(output.isTerminal);
  for (const issue of issues) output.err(`${issueText(issue, style)}\n`);
  // What a binding refers to lies beside it, or ships with the package.
  const beside = loadFolder(dirname(name)).bindings;
  return { others: [...known, ...beside], ...(value && { binding: value }) };
}
