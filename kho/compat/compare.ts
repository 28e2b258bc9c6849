// What a kernel does with what another one handed over.
import type { Architecture } from '../image/handover-image.ts';
import type { BootData, Consequence, Release } from '../release.ts';
import { isInReleases } from '../releases/ranges.ts';
import type { Reader, Writer, WrittenState } from './subject.ts';

/** How something written fares with who reads it. */
export type Outcome =
  | 'understood'
  /** Seen not to be understood; the sentence says what the reader then does. */
  | 'refused'
  /** Taken for something else, without anybody noticing. */
  | 'misread'
  /** Nobody on the other side looks for it. */
  | 'missing'
  /** What it hangs on was not understood. */
  | 'lost'
  /** Nothing that is known says. */
  | 'unknown';

export interface Verdict {
  /** `root`, or the name of the state. */
  readonly name: string;
  /** Formats of both sides, where known. */
  readonly writes?: string;
  readonly reads?: string;
  readonly outcome: Outcome;
  /** One sentence. */
  readonly what: string;
}

/** True if nothing is lost, or nothing that matters. */
export function isCompatible(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ outcome }) => outcome === 'understood');
}

const ARCHITECTURES: readonly Architecture[] = ['x86_64', 'arm64'];

/** What `reader` does with the root and with each state that `writer` handed over. */
export function compare(writer: Writer, reader: Reader): readonly Verdict[] {
  const root = compareRoot(writer, reader);
  const states = writer.states.map((state) => compareState(state, root, writer, reader));
  return [root, ...states];
}

function compareRoot(writer: Writer, reader: Reader): Verdict {
  const writes = writer.rootCompatible ?? writer.release.rootCompatible;
  const reads = reader.release.rootCompatible;
  const chosen = writer.architecture ?? reader.architecture;
  const found = ARCHITECTURES.filter((each) => chosen === undefined || each === chosen).map(
    (architecture) => ({ architecture, ...rootOn(architecture, writer, reader) }),
  );
  // A misreading is worse than a refusal: nobody notices.
  const worst = (['misread', 'refused'] as const).find((each) =>
    found.some(({ outcome }) => outcome === each),
  );
  const texts = new Set(found.map(({ what }) => what));
  const what =
    texts.size === 1
      ? [...texts].join()
      : found.map(({ architecture, what: text }) => `${architecture}: ${text}`).join('; ');
  return { name: 'root', writes, reads, outcome: worst ?? 'understood', what };
}

function rootOn(architecture: Architecture, writer: Writer, reader: Reader): Difference {
  const a = writer.release;
  const b = reader.release;
  const writes = writer.rootCompatible ?? a.rootCompatible;
  const pages = comparePages(writer, reader);
  if (pages !== undefined) return { outcome: 'misread', what: pages };
  const scratch = compareScratch(a, b);
  const name = missingBootData(a.bootData[architecture], b.bootData[architecture]);
  if (name !== undefined)
    return { outcome: 'refused', what: `${b.title} finds no ${name} and ${COLD_BOOT}` };
  if (b.scratch.isTakenUnchecked && scratch !== undefined) return scratch;
  if (writes !== b.rootCompatible)
    return { outcome: 'refused', what: `${b.title} warns once and ${COLD_BOOT}` };
  const map = compareMaps(a, b);
  // A root without a map is refused before anybody looks at scratch.
  const isRefused = map?.outcome === 'refused' && requiresMap(b);
  if (isRefused) return map;
  return scratch ?? map ?? compareSubtrees(a, b) ?? UNDERSTOOD;
}

const COLD_BOOT = 'boots as if nothing was handed over';
const UNDERSTOOD: Difference = {
  outcome: 'understood',
  what: 'the memory stays reserved and the subtrees are found',
};

function compareSubtrees({ subtrees: from, title }: Release, b: Release): Difference | undefined {
  const to = b.subtrees;
  if (from.kind !== to.kind)
    return { outcome: 'misread', what: `${b.title} looks for state where ${title} puts none` };
  if (from.kind === 'inline' || to.kind === 'inline') return undefined;
  if (from.addressProperty === to.addressProperty && from.sizeProperty === to.sizeProperty)
    return undefined;
  return { outcome: 'refused', what: `${b.title} answers -EINVAL to whoever retrieves a subtree` };
}

function comparePages(writer: Writer, reader: Reader): string | undefined {
  const [a, b] = [writer.pageSizeBytes, reader.pageSizeBytes];
  if (a === undefined || b === undefined || a === b) return undefined;
  return `it was written with pages of ${a / 1024} KiB and is read with pages of ${b / 1024} KiB`;
}

type Difference = { readonly outcome: Outcome; readonly what: string };

function compareScratch(a: Release, b: Release): Difference | undefined {
  if (a.scratch.regions === b.scratch.regions) return undefined;
  const what =
    b.scratch.regions === 'list'
      ? `${b.title} takes what is in scratch memory for a list of scratch regions`
      : `${b.title} takes the list of scratch regions for scratch memory`;
  return { outcome: 'misread', what };
}

/** The property of /chosen, or the type of setup_data, that the reader does not find. */
function missingBootData(from: BootData, to: BootData): string | undefined {
  if (to.kind === 'setup-data')
    return from.kind === to.kind && from.type === to.type
      ? undefined
      : `setup_data of type ${to.type}`;
  if (from.kind !== 'chosen') return to.properties[0];
  return to.properties.find((name) => !from.properties.includes(name));
}

function compareMaps(a: Release, b: Release): Difference | undefined {
  const from = a.memoryMap;
  const to = b.memoryMap;
  if (from.kind === 'bitmaps' && to.kind === 'bitmaps') {
    if (from.bitmapBytes === to.bitmapBytes) return undefined;
    const of = from.bitmapBytes === 'page' ? 'a page' : `${from.bitmapBytes} bytes`;
    const as = to.bitmapBytes === 'page' ? 'a page' : `${to.bitmapBytes} bytes`;
    const loss =
      to.bitmapBytes === 'page'
        ? 'it reserves whatever the bits behind each bitmap say'
        : 'it does not reserve most of the preserved memory';
    const what = `bitmaps of ${of} are read as bitmaps of ${as}, and no field says so: ${loss}`;
    return { outcome: 'misread', what };
  }
  if (from.kind === to.kind) return undefined;
  if (to.kind === 'mem-properties')
    return {
      outcome: 'misread',
      what: `${b.title} finds no \`${to.property}\` and reserves none of the preserved memory`,
    };
  return {
    outcome: 'refused',
    what: requiresMap(b)
      ? `${b.title} finds no \`${to.property}\` and ${COLD_BOOT}`
      : `${b.title} finds no \`${to.property}\`: nothing that was preserved is reserved`,
  };
}

/** Whether the reader looks for the map in setup_arch(), with the root (53f8f064eba3). */
function requiresMap({ memoryMap }: Release): boolean {
  return memoryMap.kind === 'radix-tree' || (memoryMap.kind === 'bitmaps' && memoryMap.isRequired);
}

function compareState(state: WrittenState, root: Verdict, writer: Writer, reader: Reader): Verdict {
  const { name } = state;
  const writes = state.format ?? writer.release.formats.find((each) => each.name === name)?.format;
  const format = reader.formats.find((each) => each.name === name);
  const known = {
    name,
    ...(writes === undefined ? {} : { writes }),
    ...(format === undefined ? {} : { reads: format.format }),
  };
  if (root.outcome === 'misread')
    return { ...known, outcome: 'misread', what: 'its memory may be given away before it is read' };
  if (root.outcome !== 'understood')
    return { ...known, outcome: 'lost', what: 'the root is not read, so nobody looks for it' };
  if (format !== undefined && writes === format.format)
    return { ...known, outcome: 'understood', what: 'it is taken back' };
  if (format !== undefined)
    return writes === undefined
      ? { ...known, outcome: 'unknown', what: 'its bytes do not say which format it has' }
      : { ...known, outcome: 'refused', what: consequenceText(format.onMismatch, reader.title) };
  const isInTree = writer.release.formats.some((each) => each.name === name);
  if (!isInTree) return { ...known, ...compareOutOfTree(writes, reader) };
  return {
    ...known,
    outcome: 'missing',
    what: `nothing in ${reader.title} looks for it; its memory stays reserved for good`,
  };
}

/** State of drivers that are not of the kernel: their bindings say for which releases they are. */
function compareOutOfTree(format: string | undefined, { bindings, release }: Reader): Difference {
  const known = format === undefined ? [] : (bindings?.withCompatible(format) ?? []);
  const readers = known.filter((each) => isInReleases(release.name, each.releases));
  if (readers.length > 0)
    return { outcome: 'understood', what: `its binding is for ${release.title}` };
  const [other] = known;
  if (other === undefined)
    return { outcome: 'unknown', what: 'it is of no kernel, and no binding says who reads it' };
  const what = other.onMismatch || `its binding is for ${other.releases.join(', ')}`;
  return { outcome: 'refused', what };
}

/** What a reader does with a format that is not its own. */
export function consequenceText(consequence: Consequence, title: string): string {
  switch (consequence) {
    case 'cold-boot':
      return `${title} boots as if nothing was handed over`;
    case 'panic':
      return `${title} panics while it boots`;
    case 'io-error':
      return `${title} answers -EIO to whoever opens /dev/liveupdate or asks for the file`;
    case 'fresh-region':
      return `${title} allocates a fresh region; the old one stays reserved and unread`;
    case 'ignored':
      return `${title} warns and goes on without it`;
    case 'not-restored':
      return `${title} does not restore it; its memory stays reserved`;
  }
}
