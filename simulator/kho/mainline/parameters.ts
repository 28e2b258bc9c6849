// What the command line says of KHO, as early_param() hands it over: one parameter after the other,
// each of which may be given again, and one that is malformed leaves what was before.
import { parseBoolean } from '../seed/files.ts';
import { DEFAULT_SCRATCH, parseScratch, type ScratchRequest } from './scratch.ts';
import type { Context } from './state.ts';

/** All values of a parameter, in order; empty where it has none. */
function valuesOf(cmdline: string, name: string): readonly string[] {
  const words = cmdline.split(/\s+/);
  const own = words.filter((word) => word === name || word.startsWith(`${name}=`));
  return own.map((word) => word.slice(name.length + 1));
}

/** What a parameter of kstrtobool(), off by default, is left with. */
export function isSwitchedOn(cmdline: string, name: string): boolean {
  let isOn = false;
  for (const text of valuesOf(cmdline, name)) isOn = parseBoolean(text) ?? isOn;
  return isOn;
}

/**
 * What the console says of `kho=` and `kho_scratch=`, and what `kho_scratch=` asks for. A value
 * that does not do what it seems to is reported, except where scratch is inherited anyway.
 */
export function readParameters(
  cmdline: string,
  context: Context,
  isInherited: boolean,
): ScratchRequest {
  const { kernel } = context;
  const report = (what: string, consequence: string): void => {
    if (!isInherited) reportParameter(context, what, consequence);
  };
  for (const text of valuesOf(cmdline, 'kho')) {
    if (parseBoolean(text) !== undefined) continue;
    kernel.print(`Malformed early option 'kho'`);
    report(`kho=${text} is malformed`, 'ignores it');
  }
  let request = DEFAULT_SCRATCH;
  for (const text of valuesOf(cmdline, 'kho_scratch')) {
    const parsed = parseScratch(text, context);
    if (parsed === undefined) {
      kernel.print(`Malformed early option 'kho_scratch'`);
      report(`kho_scratch=${text} is malformed`, 'uses its default');
      continue;
    }
    if (parsed.rest !== '')
      report(`kho_scratch=${text} has more behind the last size`, 'ignores it');
    request = parsed.request;
    kernel.print(scratchNotice(request));
  }
  return request;
}

function reportParameter({ kernel, release }: Context, what: string, consequence: string): void {
  kernel.recorder.finding({
    rule: 'kernel-parameter',
    severity: 'warning',
    message: `${what}, and ${release.title} ${consequence}`,
    help: what.startsWith('kho=')
      ? 'kho= takes on or off'
      : 'kho_scratch= takes three sizes, such as 32M,64M,32M, or a percentage, such as 200%',
    related: [],
  });
}

function scratchNotice(request: ScratchRequest): string {
  // Printed as a signed number.
  if (request.kind === 'scaled') return `KHO: scratch scale is ${request.percent | 0}%`;
  const [low, global, node] = [request.lowBytes, request.globalBytes, request.nodeBytes].map(
    (bytes) => Math.floor(bytes / 2 ** 20),
  );
  return `KHO: scratch areas: lowmem: ${low}MiB global: ${global}MiB pernode: ${node}MiB`;
}
