import { formattedText, hasErrors, printDtsBytes, readFdt } from '../../fdt/index.ts';
import { createPrintTypes, releaseOf } from '../../kho/index.ts';
import { loadBindings } from '../bindings.ts';
import { kindOf, readInput, UnusableInput } from '../input.ts';
import { type CommonOptions, EXIT, type Output, releaseOption } from '../options.ts';
import { issueText, styleFor } from '../report/text.ts';

/** What is longer nobody reads as a whole, and takes long enough as it is. */
const MAX_FORMATTED_BYTES = 1 << 20;

/** `kho decompile`: prints a blob as typed source, as much of it as could be read. */
export function decompileCommand(path: string, options: CommonOptions, output: Output): number {
  const bytes = readInput(path);
  if (kindOf(path, bytes) !== 'blob')
    throw new UnusableInput(`${path}: is not an FDT blob: it does not begin with d0 0d fe ed`);
  const named = releaseOption(options.release);
  const { bindings, issues: bindingIssues } = loadBindings(options.bindings);
  const { value: tree, issues } = readFdt(bytes, { path });
  const style = styleFor(output.isTerminal);
  for (const issue of [...bindingIssues, ...issues]) output.err(`${issueText(issue, style)}\n`);
  if (tree === undefined) return EXIT.issues;
  const release = named ?? releaseOf(tree, bindings);
  const typeOf = createPrintTypes(bindings.preferring(release.name));
  const printed = printDtsBytes(tree, { byteOrder: options.endian, typeOf });
  if (printed.length > MAX_FORMATTED_BYTES) output.out(printed);
  else output.out(formattedText({ path, text: Buffer.from(printed).toString('latin1') }));
  return hasErrors(issues) ? EXIT.issues : EXIT.clean;
}
