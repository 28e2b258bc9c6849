// What compilers and linkers say, as problems with a place and a way out.
import type { CallSite, DriverProblem } from '../index.ts';
import { BY_SETTING, unknownIn } from './unknown-names.ts';

/** Problems of one driver; more would not be read. */
const MAX_PROBLEMS = 20;
const COMPILER_LINE = /^(\/[^:\n]*):(\d+):(?:(\d+):)? (fatal error|error): (.+)$/gm;
const UNDEFINED = /^(?:\S*ld(?:\.\w+)?: )?(\/[^:\n]*):(\d+): undefined reference to [`'](.+?)'$/gm;
const MISSING_HEADER = /^'?([^':\s]+\.h)'?(?:: No such file or directory| file not found)$/;

/** Libraries that come in packages of their own, as linkers name them. */
const LIBRARIES: readonly (readonly [RegExp, string, string])[] = [
  [
    /cannot find \S*libclang_rt\.\S*san/,
    'the sanitizers of clang are not installed',
    'install them (libclang-rt-dev on Debian), or run without --sanitize (kho.native.sanitize)',
  ],
  [
    /cannot find -l(?:a|ub)san|cannot find \S*lib(?:a|ub)san\S*/,
    'the sanitizers of gcc are not installed',
    'install libasan and libubsan, or run without --sanitize (kho.native.sanitize)',
  ],
  [/cannot find -lfdt/, 'libfdt is not installed', 'install it (libfdt-dev on Debian)'],
];

/** Whose compiler spoke: what is wrong in a header of `nativeFolder` is so where it is included. */
export interface Compiled {
  readonly source: string;
  readonly release: string;
  readonly nativeFolder: string;
}

/** Errors in what gcc or clang printed. Warnings are the driver's own business. */
export function compilerProblems(
  output: string,
  { source, release, nativeFolder }: Compiled,
): DriverProblem[] {
  const problems = [...output.matchAll(COMPILER_LINE)].map((match) => {
    const [, path = source, line, column, , said = ''] = match;
    const includer = path.startsWith(`${nativeFolder}/`) && includerBefore(output, match.index);
    const site = includer || { path, line: Number(line), column: Number(column ?? 1) };
    const header = MISSING_HEADER.exec(said)?.[1];
    if (header === undefined) return { ...unknownIn(said, release), site };
    const help = `leave it out, or name the folder that has it ${BY_SETTING}`;
    return { message: `${header} is not among the simulator's headers`, help, site };
  });
  return limited(problems, output, source);
}

/** The file that is compiled, where it includes what the error at an index is in. */
function includerBefore(output: string, index: number): CallSite | undefined {
  const start = output.lastIndexOf('In file included from ', index);
  const chain = /^In file included from [^\n]*\n(?: +from [^\n]*\n)*/.exec(
    output.slice(start, index),
  );
  const all = [...(chain?.[0] ?? '').matchAll(/from (\/[^:\n]*):(\d+)/g)];
  const [, path, line] = all.at(-1) ?? [];
  return path === undefined ? undefined : { path, line: Number(line), column: 1 };
}

/** Functions that nobody defines, where they are called. */
export function linkerProblems(output: string, source: string): DriverProblem[] {
  for (const [pattern, message, help] of LIBRARIES)
    if (pattern.test(output))
      return [{ message, help, site: { path: source, line: 1, column: 1 } }];
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
