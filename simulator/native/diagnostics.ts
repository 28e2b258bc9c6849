// What compilers and linkers say, as problems with a place and a way out.
import type { DriverProblem } from '../index.ts';

/** Problems of one driver; more would not be read. */
const MAX_PROBLEMS = 20;
const COMPILER_LINE = /^(\/[^:\n]*):(\d+):(?:(\d+):)? (fatal error|error): (.+)$/gm;
const UNDEFINED = /^(?:\S*ld(?:\.\w+)?: )?(\/[^:\n]*):(\d+): undefined reference to [`'](.+?)'$/gm;
const MISSING_HEADER = /^'?([^':\s]+\.h)'?(?:: No such file or directory| file not found)$/;

/** Errors in what gcc or clang printed. Warnings are the driver's own business. */
export function compilerProblems(output: string, source: string): DriverProblem[] {
  const problems = [...output.matchAll(COMPILER_LINE)].map((match) => {
    const [, path = source, line, column, , said = ''] = match;
    const header = MISSING_HEADER.exec(said)?.[1];
    return {
      message: header === undefined ? said : `${header} is not among the simulator's headers`,
      help:
        header === undefined
          ? undefined
          : 'leave it out, or name the folder that has it with --native-include',
      site: { path, line: Number(line), column: Number(column ?? 1) },
    };
  });
  return limited(problems, output, source);
}

/** Functions that nobody defines, where they are called. */
export function linkerProblems(output: string, source: string): DriverProblem[] {
  const problems = [...output.matchAll(UNDEFINED)].map(([, path = source, line, name]) => ({
    message: `${name} is declared, but the simulator has no such function`,
    help: `define ${name} in a file of its own and name that as a driver, too`,
    site: { path, line: Number(line), column: 1 },
  }));
  return limited(problems, output, source);
}

function limited(
  problems: readonly (Omit<DriverProblem, 'help'> & { readonly help: string | undefined })[],
  output: string,
  source: string,
): DriverProblem[] {
  const said = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ help, ...rest }) => (help === undefined ? rest : { ...rest, help }));
  if (said.length > 0) return said;
  const message = output.trim().split('\n').slice(-3).join(' ') || 'nothing was said';
  return [{ message, site: { path: source, line: 1, column: 1 } }];
}
