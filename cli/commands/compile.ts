import { writeFileSync } from 'node:fs';
import {
  type ByteOrder,
  compileDts,
  hasErrors,
  type Issue,
  parseDts,
  type SourceFile,
  writeFdt,
} from '../../fdt/index.ts';
import { checkSource } from '../../kho/index.ts';
import { loadBindings } from '../bindings.ts';
import { asSource, kindOf, readInput, reason, UnusableInput } from '../input.ts';
import { type CommonOptions, EXIT, type Output, releaseOption } from '../options.ts';
import { issueText, plural, styleFor } from '../report/text.ts';
import { createSourceHost } from '../source-host.ts';

export interface CompileCommandOptions extends CommonOptions {
  readonly output: string;
  readonly dtc: boolean;
}

interface CompiledBlob {
  readonly blob?: Uint8Array;
  readonly issues: readonly Issue[];
}

/**
 * `kho compile`: writes the blob of a source, unless the source has errors of syntax. What the
 * rules find is said and does not stand in the way: a wrong tree is what tests need.
 */
export function compileCommand(
  path: string,
  options: CompileCommandOptions,
  output: Output,
): number {
  const bytes = readInput(path);
  if (kindOf(path, bytes) === 'blob')
    throw new UnusableInput(`${path}: is a blob already; kho decompile turns it into source`);
  const source = asSource(path, bytes);
  const { blob, issues } = options.dtc
    ? compileAsDtc(source, options.include)
    : compileForKho(source, options);
  const style = styleFor(output.isTerminal);
  for (const issue of issues) output.err(`${issueText(issue, style)}\n`);
  if (blob === undefined) {
    const errors = issues.filter((issue) => issue.severity === 'error').length;
    output.err(`${plural(errors, 'error')}, nothing written\n`);
    return EXIT.issues;
  }
  write(options.output, blob, output);
  return EXIT.clean;
}

function compileForKho(source: SourceFile, options: CompileCommandOptions): CompiledBlob {
  const release = releaseOption(options.release);
  const loaded = loadBindings(options.bindings);
  const checked = checkSource(source, {
    bindings: loaded.bindings,
    byteOrder: options.endian,
    host: createSourceHost(options.include),
    ...(release === undefined ? {} : { release }),
  });
  const issues = [...loaded.issues, ...checked.issues];
  return checked.isWhole ? { blob: writeFdt(checked.tree), issues } : { issues };
}

/** Big-endian, untyped, and only what `dtc` takes. */
function compileAsDtc(source: SourceFile, folders: readonly string[]): CompiledBlob {
  const byteOrder: ByteOrder = 'big';
  const host = createSourceHost(folders);
  const parsed = parseDts(source, { host, dtcOnly: true });
  const compiled = compileDts(parsed.value, { byteOrder, host, dtc: true });
  const issues = [...parsed.issues, ...compiled.issues];
  return hasErrors(issues) ? { issues } : { blob: writeFdt(compiled.value), issues };
}

function write(path: string, blob: Uint8Array, output: Output): void {
  if (path === '-') {
    output.out(blob);
    return;
  }
  try {
    writeFileSync(path, blob);
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
}
