import type { Issue, SourceFile } from '../../fdt/index.ts';
import {
  type BindingSet,
  checkBlob,
  checkSource,
  loadBinding,
  type Release,
} from '../../kho/index.ts';
import { parseScenario } from '../../simulator/index.ts';
import { loadBindings, withBindingFiles } from '../bindings.ts';
import { checkCFile, isC, isCWithKho } from '../c-check.ts';
import { decodeOpened, isImage, openImages } from '../images.ts';
import { asSource, expandFolders, isKhoFile, kindOf, readInput } from '../input.ts';
import { layoutHistoryIssues } from '../layout-history.ts';
import { type CommonOptions, EXIT, type Output, releaseOption } from '../options.ts';
import { issuesJson } from '../report/json.ts';
import { sarif } from '../report/sarif.ts';
import { issueText, styleFor, summaryText } from '../report/text.ts';
import { createSourceHost } from '../source-host.ts';
import { packageVersion } from '../version.ts';

export interface CheckCommandOptions extends CommonOptions {
  readonly format: 'text' | 'json' | 'sarif';
  /** A commit that the layouts of C files are compared with. */
  readonly base?: string;
}

/** `kho check`: 0 if no file has an error, 1 if one has. */
export async function checkCommand(
  paths: readonly string[],
  options: CheckCommandOptions,
  output: Output,
): Promise<number> {
  const release = releaseOption(options.release);
  const files = expandFolders(paths, (path) => isKhoFile(path) || isCWithKho(path));
  const loaded = loadBindings(options.bindings);
  const bindings = withBindingFiles(loaded.bindings, files);
  const issues = [...loaded.issues];
  for (const path of files)
    for (const issue of await checkFile(path, bindings, release, options)) issues.push(issue);
  output.out(formatted(issues, files, options.format, output.isTerminal));
  return issues.some((issue) => issue.severity === 'error') ? EXIT.issues : EXIT.clean;
}

async function checkFile(
  path: string,
  bindings: BindingSet,
  release: Release | undefined,
  options: CheckCommandOptions,
): Promise<readonly Issue[]> {
  // Kernels cut this file; what that means is known where images are opened.
  if (isImage(path) || /(^|\/)out\/fdt$/.test(path))
    return checkImage(path, bindings, release, options);
  const bytes = readInput(path);
  if (isC(path)) {
    const file = asSource(path, bytes);
    const layouts = options.base === undefined ? [] : layoutHistoryIssues(file, options.base);
    return [...(await checkCFile(file, release)), ...layouts];
  }
  const common = {
    bindings,
    byteOrder: options.endian,
    ...(release === undefined ? {} : { release }),
  };
  const source = (): SourceFile => asSource(path, bytes);
  switch (kindOf(path, bytes)) {
    case 'blob':
      return checkBlob(bytes, { ...common, path }).issues;
    case 'binding':
      return loadBinding(source()).issues;
    case 'scenario':
      return parseScenario(source()).issues;
    case 'source':
      return checkSource(source(), { ...common, host: createSourceHost(options.include) }).issues;
  }
}

async function checkImage(
  path: string,
  bindings: BindingSet,
  release: Release | undefined,
  { endian }: CheckCommandOptions,
): Promise<readonly Issue[]> {
  const opened = await openImages(path, { architecture: 'x86_64', endian });
  try {
    return opened.images.flatMap((each) => decodeOpened(each, bindings, release).issues);
  } finally {
    opened.close();
  }
}

function formatted(
  issues: readonly Issue[],
  files: readonly string[],
  format: CheckCommandOptions['format'],
  isTerminal: boolean,
): string {
  if (format === 'json') return issuesJson(issues, files);
  if (format === 'sarif') return sarif(issues, packageVersion());
  const style = styleFor(isTerminal);
  const texts = issues.map((issue) => issueText(issue, style));
  return `${[...texts, summaryText(issues, files.length)].join('\n')}\n`;
}
