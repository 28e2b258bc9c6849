// What a compiler does not know in a driver: the kernel may have it, and the simulator does not.
import { API_HISTORY, isInReleases, RELEASES, releaseNamed } from '../../kho/index.ts';

/** How headers of one's own are named. */
export const BY_SETTING = 'with kho.native.include (--native-include)';

interface Problem {
  readonly message: string;
  readonly help: string | undefined;
}

/** As gcc and as clang say it; the name is the first group. */
const FUNCTION = /implicit declaration of function '(\w+)'|call to undeclared function '(\w+)'/;
const NAME = /^'(\w+)' undeclared|use of undeclared identifier '(\w+)'/;
const TYPE = /unknown type name '(\w+)'|(?:undefined|incomplete)(?: definition of)? type '([^']+)'/;
const VARIABLE = /^storage size of '(\w+)' isn't known/;
const MEMBER = /^'([^']+)'(?: \{aka .*\})? has no member named '(\w+)'/;
const MEMBER_OF_CLANG = /no member named '(\w+)' in '([^']+)'/;

const SUGGESTION = /; did you mean '(\w+)'\?/;

/** What was said, and what to do where a name is unknown. */
export function unknownIn(said: string, release: string): Problem {
  const problem = unknown(said, release);
  const other = SUGGESTION.exec(said)?.[1];
  if (other === undefined || problem.message === said) return problem;
  return { ...problem, message: `${problem.message}; did you mean ${other}?` };
}

function unknown(said: string, release: string): Problem {
  const called = groupOf(FUNCTION, said);
  if (called !== undefined) return unknownFunction(called, release);
  const name = groupOf(NAME, said);
  if (name !== undefined)
    return {
      message: `${name} is declared neither here nor in the headers that are included`,
      help: `if the kernel has it and the simulator does not, define it in a header ${OF_YOURS}`,
    };
  const type = groupOf(TYPE, said);
  if (type !== undefined)
    return {
      message: `${type} is not defined in the headers that are included`,
      help: `if the kernel has it and the simulator does not, define it in a header ${OF_YOURS}`,
    };
  const variable = VARIABLE.exec(said)?.[1];
  if (variable !== undefined)
    return {
      message: `the type of ${variable} is not defined in the headers that are included`,
      help: `if the kernel has it and the simulator does not, define it in a header ${OF_YOURS}`,
    };
  return unknownMember(said) ?? { message: said, help: undefined };
}

const OF_YOURS = `of your own, and name its folder ${BY_SETTING}`;

function groupOf(pattern: RegExp, said: string): string | undefined {
  const match = pattern.exec(said);
  return match?.[1] ?? match?.[2];
}

function unknownFunction(name: string, release: string): Problem {
  const versions = API_HISTORY.find((each) => each.name === name)?.versions;
  const having = RELEASES.filter((each) =>
    versions?.some(({ releases }) => isInReleases(each.name, releases)),
  );
  const [first, last] = [having[0], having.at(-1)];
  if (first !== undefined && last !== undefined && !having.some((each) => each.name === release)) {
    const range =
      last === RELEASES.at(-1)
        ? `from ${first.title} on`
        : first === last
          ? `in ${first.title} alone`
          : `from ${first.title} to ${last.title}`;
    const asked = releaseNamed(release)?.title ?? release;
    return {
      message: `${name}() is not in ${asked}: it is there ${range}`,
      help: 'ask for the release with LINUX_VERSION_CODE, or give the kernel another one',
    };
  }
  return {
    message: `${name}() is declared neither here nor in the headers that are included`,
    help:
      'include its header; if the simulator lacks it, declare it in a header of your own ' +
      `(${BY_SETTING.slice('with '.length)}) and define it in a C file that is a driver, too`,
  };
}

function unknownMember(said: string): Problem | undefined {
  const gcc = MEMBER.exec(said);
  const clang = MEMBER_OF_CLANG.exec(said);
  const [struct, member] = gcc === null ? [clang?.[2], clang?.[1]] : [gcc[1], gcc[2]];
  if (struct === undefined || member === undefined) return undefined;
  return {
    message: `${struct} has no member ${member} in the simulator`,
    help: 'structs of the kernel have what drivers use of them: keep your own state in your own',
  };
}
