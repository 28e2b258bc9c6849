import type { Issue } from '../../fdt/index.ts';
import { drawMemory, formatHandover, handoverToJson } from '../../kho/index.ts';
import { loadBindings } from '../bindings.ts';
import { decodeOpened, type ImageOptions, openImages } from '../images.ts';
import { EXIT, type Output, releaseOption } from '../options.ts';
import { issuesToJson } from '../report/json.ts';
import { issueText, styleFor, summaryText } from '../report/text.ts';

export interface InspectCommandOptions extends ImageOptions {
  readonly release?: string;
  readonly bindings: readonly string[];
  readonly json: boolean;
  readonly map: boolean;
  readonly ranges?: number;
}

/** Ranges that are listed unless told otherwise. */
const TEXT_RANGES = 40;
const JSON_RANGES = 10_000;

/** `kho inspect`: all that a handover says. 0 if nothing in it is an error, 1 if something is. */
export async function inspectCommand(
  path: string,
  options: InspectCommandOptions,
  output: Output,
): Promise<number> {
  const release = releaseOption(options.release);
  const { bindings, issues: bindingIssues } = loadBindings(options.bindings);
  const opened = await openImages(path, options);
  const style = styleFor(output.isTerminal);
  const all: Issue[] = [...bindingIssues];
  const json: unknown[] = [];
  try {
    for (const [i, each] of opened.images.entries()) {
      const handover = decodeOpened(each, bindings, release);
      all.push(...handover.issues);
      if (options.json) {
        const maxRanges = options.ranges ?? JSON_RANGES;
        const issues = issuesToJson(handover.issues);
        json.push({ title: each.title, ...Object(handoverToJson(handover, maxRanges)), issues });
        continue;
      }
      if (i > 0) output.out('\n');
      const maxRanges = options.ranges ?? TEXT_RANGES;
      output.out(formatHandover(handover, { bindings, title: each.title, maxRanges }));
      if (options.map) output.out(`\n${drawMemory(handover)}`);
      output.out('\n');
      for (const issue of handover.issues) output.out(`${issueText(issue, style)}\n`);
    }
  } finally {
    opened.close();
  }
  if (options.json) output.out(`${JSON.stringify({ version: 1, images: json }, null, 2)}\n`);
  else output.out(`${summaryText(all, opened.images.length, 'image')}\n`);
  return all.some(({ severity }) => severity === 'error') ? EXIT.issues : EXIT.clean;
}
