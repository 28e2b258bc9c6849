// docs/releases.md, made from the rows of kho/releases and the structs of kho/structs.
import { radixGeometry } from '../../kho/handover/radix-tree.ts';
import {
  type AnyStruct,
  API_HISTORY,
  type BootData,
  type Consequence,
  entriesInPage,
  isInReleases,
  isText,
  KHO_BLOCK_HEADER_SER,
  KHO_VMALLOC_CHUNK,
  KHOSER_MEM_BITMAP_PTR,
  KHOSER_MEM_CHUNK_HDR,
  LUO_FILE_SER,
  LUO_SESSION_SER,
  type MemoryMapEncoding,
  pageGeometry,
  RELEASES,
  type Release,
  type Serialization,
  STRUCTS,
  type StructField,
} from '../../kho/index.ts';
import { compatibilityMatrix } from './compatibility-document.ts';
import { code, table } from './markdown.ts';
import { COMMITS } from './release-commits.ts';

const NONE = '–';
const PAGE_SIZES = [4096, 16_384, 65_536];

/** The whole page. */
export function releaseDocument(): string {
  return [
    '# Releases',
    '',
    'What KHO is in each release of Linux and in the two patch series before the first. This page is',
    'made from the rows in [kho/releases](../kho/releases/) and the structs in',
    '[kho/structs](../kho/structs/); `kho check --release` takes the names of the columns.',
    '',
    ...comparison(),
    ...commits(),
    ...places(),
    ...stateFormats(),
    ...userFiles(),
    ...parameters(),
    ...functions(),
    ...structs(),
    ...pageSizes(),
    '## What each release makes of the others',
    '',
    ...compatibilityMatrix(),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

type Cell = (release: Release) => string;

function comparison(): string[] {
  const rows: readonly (readonly [string, Cell])[] = [
    ['root compatible', ({ rootCompatible }) => code(rootCompatible)],
    ['preserved memory', ({ memoryMap }) => MAP_NAMES[memoryMap.kind]],
    ['bitmap', ({ memoryMap }) => bitmapText(memoryMap)],
    ['FDT at most', fdtSizeText],
    ['state is made', ({ serialization }) => code(serialization)],
    ['functions for drivers', ({ api }) => String(api.length)],
    ['scratch regions', ({ scratch }) => scratch.regions],
    ['scratch alignment', ({ scratch }) => code(scratch.alignment)],
    ['boots outside scratch', ({ scratch }) => yesNo(scratch.isExtended)],
    ['memory in scratch is refused', ({ preserve }) => yesNo(preserve.refusesScratch)],
    ['ranges are split at nodes', ({ preserve }) => yesNo(preserve.splitsAtNodes)],
    ['restore checks "KHOP"', ({ restore }) => yesNo(restore.checksMagic)],
    [
      'restore takes orders up to (4 KiB pages)',
      ({ restore }) => (restore.refusesLargeOrders ? String(pageGeometry(4096).maxOrder) : NONE),
    ],
    ['x86_64 pages, KiB', ({ pageSizes: sizes }) => sizes.x86_64.map(inKib).join(', ')],
    ['arm64 pages, KiB', ({ pageSizes: sizes }) => sizes.arm64.map(inKib).join(', ')],
  ];
  return [
    '## What differs',
    '',
    ...table(
      ['', ...RELEASES.map(({ name }) => name)],
      rows.map(([what, cell]) => [what, ...RELEASES.map(cell)]),
    ),
    '',
    'When state is made for the next kernel:',
    '',
    ...definitions(SERIALIZATIONS),
    '',
    'What base and size of a scratch region are multiples of:',
    '',
    ...definitions(ALIGNMENTS),
    '',
    'The size of a bitmap is in no field and in no compatible: 6.17 and 6.18 call their roots the',
    'same and read each other wrong. The root FDT of 6.16 and later is a page of the kernel that',
    'writes it, and both kernels must have pages of the same size; nothing checks that.',
    '',
  ];
}

const MAP_NAMES: Readonly<Record<MemoryMapEncoding['kind'], string>> = {
  'mem-properties': 'ranges',
  bitmaps: 'bitmaps',
  'radix-tree': 'radix tree',
};

const SERIALIZATIONS: Readonly<Record<Serialization, string>> = {
  active: 'callbacks build the FDT when 1 is written to `active`; until 0 is, nothing may change',
  'finalize-notifiers': 'callbacks add subtrees when 1 is written to `out/finalize`, once',
  'finalize-map': 'the FDT is live; the memory map is written each time something finalizes',
  live: 'FDT and memory map are live: what is preserved at the jump is handed over',
};

const ALIGNMENTS: Readonly<Record<Release['scratch']['alignment'], string>> = {
  page: 'PAGE_SIZE',
  'cma-pageblock': 'CMA_MIN_ALIGNMENT_BYTES',
  'max-order': 'PAGE_SIZE * MAX_ORDER_NR_PAGES',
};

function bitmapText(map: MemoryMapEncoding): string {
  if (map.kind !== 'bitmaps') return NONE;
  return map.bitmapBytes === 'page' ? 'a page' : `${map.bitmapBytes} B`;
}

function places(): string[] {
  const found = grouped((release) => [
    [code(release.memoryMap.property), subtreeText(release), sizeText(release)],
  ]);
  const boot = grouped(({ bootData: { x86_64, arm64 } }) => [
    [bootDataText(x86_64), bootDataText(arm64)],
  ]);
  return [
    '## Where things are',
    '',
    'In the FDT, whose values are in the byte order of the CPU:',
    '',
    ...table(
      ['releases', 'preserved memory', 'state of a subsystem', 'its size'],
      found.map(({ cells, releases }) => [releases, ...cells]),
    ),
    '',
    'How the next kernel is told where the FDT and scratch are; `/chosen` is big-endian:',
    '',
    ...table(
      ['releases', 'x86_64', 'arm64: properties of `/chosen`'],
      boot.map(({ cells, releases }) => [releases, ...cells]),
    ),
    '',
  ];
}

function subtreeText({ subtrees }: Release): string {
  return subtrees.kind === 'inline' ? 'its own node' : `at ${code(subtrees.addressProperty)}`;
}

function sizeText({ subtrees }: Release): string {
  if (subtrees.kind === 'inline') return NONE;
  return subtrees.sizeProperty === undefined ? 'in its header' : code(subtrees.sizeProperty);
}

function fdtSizeText({ fdtSize }: Release): string {
  if (fdtSize.kind === 'one-page') return 'a page';
  return `\`dt_max\`, ${fdtSize.defaultBytes / 2 ** 20} MiB`;
}

function bootDataText(data: BootData): string {
  if (data.kind === 'chosen') return data.properties.map(code).join(', ');
  const { name, sizeBytes } = data.payload;
  return `setup_data of type ${data.type}: ${code(name)}, ${sizeBytes} bytes`;
}

function commits(): string[] {
  return [
    '## What changed it',
    '',
    'Commits of torvalds/linux; a release is the first that has the commit.',
    '',
    ...table(
      ['release', 'commit', 'what'],
      COMMITS.map(({ release, commit, what }) => [release, code(commit), what]),
    ),
    '',
  ];
}

function stateFormats(): string[] {
  const all = RELEASES.flatMap(({ formats }) => formats);
  const names = unique(all.map(({ name }) => name));
  const details = grouped(({ formats }) =>
    formats.map(({ name, format, struct, minSizeBytes, onMismatch }) => [
      code(name),
      code(format),
      struct === undefined ? 'FDT' : code(struct.name),
      minSizeBytes === undefined ? NONE : String(minSizeBytes),
      CONSEQUENCES[onMismatch],
    ]),
  );
  return [
    '## Formats of state',
    '',
    'A release reads the format that it writes, and no other. `LUO/` names parts of what the Live',
    'Update Orchestrator hands over; before 7.2 each has a version of its own.',
    '',
    ...table(
      ['state', ...RELEASES.map(({ name }) => name)],
      names.map((name) => [code(name), ...RELEASES.map((release) => formatIn(release, name))]),
    ),
    '',
    ...table(
      ['state', 'format', 'is', 'at least, bytes', 'another format', 'releases'],
      details.map(({ cells, releases }) => [...cells, releases]),
    ),
    '',
  ];
}

const CONSEQUENCES: Readonly<Record<Consequence, string>> = {
  'cold-boot': 'the kernel boots without KHO',
  panic: 'the kernel panics',
  'io-error': 'user space gets EIO',
  'fresh-region': 'new memory is taken, the old is lost',
  ignored: 'is ignored with a warning',
  'not-restored': 'the state is not restored',
};

function formatIn({ formats }: Release, name: string): string {
  const found = formats.find((each) => each.name === name);
  return found === undefined ? NONE : code(found.format);
}

function userFiles(): string[] {
  const files = grouped(({ userFiles: all }) =>
    all.map(({ path, mode, format, exists = 'always', writeErrors }) => [
      code(path),
      `0${mode.toString(8)}`,
      format,
      exists,
      writeErrors.map(({ error, when }) => `${error} if ${when}`).join('; ') || NONE,
    ]),
  );
  return [
    '## Files of user space',
    '',
    'Those in debugfs need CONFIG_KEXEC_HANDOVER_DEBUGFS from 6.19 on.',
    '',
    ...table(
      ['releases', 'file', 'mode', 'format', 'exists', 'writing fails with'],
      files.map(({ cells, releases }) => [releases, ...cells]),
    ),
    '',
  ];
}

function parameters(): string[] {
  const found = grouped(({ parameters: all }) =>
    all.map(({ name, syntax, description }) => [code(`${name}=`), code(syntax), description]),
  );
  return [
    '## Kernel parameters',
    '',
    'A kernel that was handed scratch memory keeps it and ignores `kho_scratch=`.',
    '',
    ...table(
      ['releases', 'parameter', 'value', 'what'],
      found.map(({ cells, releases }) => [releases, ...cells]),
    ),
    '',
  ];
}

function functions(): string[] {
  const rows = API_HISTORY.flatMap(({ versions }) =>
    versions.map(({ releases, signature, description, errors }) => {
      const having = RELEASES.filter(({ name }) => isInReleases(name, releases));
      const until = having.at(-1) === RELEASES.at(-1) ? '' : (having.at(-1)?.name ?? '');
      const errorText = errors.map(code).join(', ') || NONE;
      return [code(signature), having[0]?.name ?? '', until, errorText, description];
    }),
  );
  return [
    '## Functions for drivers',
    '',
    'A function that changed has a line for each of its signatures, errors or meanings.',
    '',
    ...table(['function', 'since', 'until', 'errors', 'what'], rows),
    '',
  ];
}

function structs(): string[] {
  const payloads = new Map<AnyStruct, Release[]>();
  for (const release of RELEASES)
    for (const data of Object.values<BootData>(release.bootData)) {
      if (data.kind !== 'setup-data') continue;
      payloads.set(data.payload, [...(payloads.get(data.payload) ?? []), release]);
    }
  const others = [...STRUCTS.values()].filter((struct) => !payloads.has(struct));
  return [
    '## Structs',
    '',
    'Little- or big-endian as the CPU is, without padding. Offsets and sizes are in bytes. What',
    'fills the rest of a page after a struct comes last, with the size of one entry.',
    '',
    ...[...payloads].flatMap(([struct, releases]) =>
      structSection(struct, `${struct.name} of ${span(releases)}`),
    ),
    ...others.flatMap((struct) => structSection(struct, struct.name)),
  ];
}

function structSection(struct: AnyStruct, title: string): string[] {
  const { sizeBytes, description, definedIn, fields, tail } = struct;
  const rows = fields.map((field) => [
    String(field.offset),
    fieldSize(field),
    code(field.name),
    field.description,
  ]);
  if (tail !== undefined)
    rows.push([String(sizeBytes), `${tailSize(tail.of)} each`, code(tail.name), tail.description]);
  return [
    `### ${title}, ${sizeBytes === 0 ? 'a page' : `${sizeBytes} bytes`}`,
    '',
    `${description}.`,
    '',
    `Defined in ${code(definedIn)}.`,
    '',
    ...table(['offset', 'size', 'field', 'what'], rows),
    '',
  ];
}

function fieldSize(field: StructField<string, string>): string {
  if (isText(field)) return String(field.chars);
  const { bits, part } = field;
  return part === undefined ? String(bits / 8) : `${part.width} bits from bit ${part.shift}`;
}

function tailSize(of: NonNullable<AnyStruct['tail']>['of']): string {
  if (of === 'bits') return '1 bit';
  return of === 'u64' ? '8' : String(of.sizeBytes);
}

function pageSizes(): string[] {
  const entries = (head: AnyStruct, of: AnyStruct | 'u64') => (page: number) =>
    String(entriesInPage(head, of, page));
  const rows: readonly (readonly [string, (page: number) => string])[] = [
    ['bitmaps that a chunk lists', entries(KHOSER_MEM_CHUNK_HDR, KHOSER_MEM_BITMAP_PTR)],
    ['bits of a bitmap, 6.16 and 6.17', () => String(512 * 8)],
    ['bits of a bitmap, 6.18 to 7.0', (page) => String(page * 8)],
    ['entries of a chunk of `kho_vmalloc`', entries(KHO_VMALLOC_CHUNK, 'u64')],
    ['bits of a key of the radix tree', (page) => String(radixGeometry(page).keyBits)],
    ['key bits of a table', (page) => String(radixGeometry(page).tableBits)],
    ['key bits of a leaf', (page) => String(radixGeometry(page).leafBits)],
    ['levels of the radix tree', (page) => String(radixGeometry(page).depth)],
    ['sessions of a block', entries(KHO_BLOCK_HEADER_SER, LUO_SESSION_SER)],
    ['files of a block', entries(KHO_BLOCK_HEADER_SER, LUO_FILE_SER)],
  ];
  return [
    '## What depends on the page size',
    '',
    ...table(
      ['', ...PAGE_SIZES.map((page) => `${inKib(page)} KiB`)],
      rows.map(([what, value]) => [what, ...PAGE_SIZES.map(value)]),
    ),
    '',
  ];
}

interface Group {
  readonly cells: readonly string[];
  readonly releases: string;
}

/**
 * What releases have, each thing once, with the releases that have it just so. What has the same
 * first cell stays together, oldest first.
 */
function grouped(rowsOf: (release: Release) => readonly (readonly string[])[]): Group[] {
  const having = new Map<string, { cells: readonly string[]; releases: Release[] }>();
  for (const release of RELEASES)
    for (const cells of rowsOf(release)) {
      const key = cells.join('\n');
      const group = having.get(key);
      if (group === undefined) having.set(key, { cells, releases: [release] });
      else group.releases.push(release);
    }
  const firsts = unique([...having.values()].map(({ cells }) => cells[0]));
  return [...having.values()]
    .sort((a, b) => firsts.indexOf(a.cells[0]) - firsts.indexOf(b.cells[0]))
    .map(({ cells, releases }) => ({ cells, releases: span(releases) }));
}

/** `6.18 to 7.0`, or more of that where releases between lack what these have. */
function span(releases: readonly Release[]): string {
  const runs: { first: Release; last: Release }[] = [];
  for (const release of releases) {
    const run = runs.at(-1);
    const follows =
      run !== undefined && RELEASES.indexOf(release) === RELEASES.indexOf(run.last) + 1;
    if (follows) run.last = release;
    else runs.push({ first: release, last: release });
  }
  return runs
    .map(({ first, last }) => (first === last ? first.name : `${first.name} to ${last.name}`))
    .join(', ');
}

function definitions(meanings: Readonly<Record<string, string>>): string[] {
  return Object.entries(meanings).map(([name, meaning]) => `- ${code(name)}: ${meaning}`);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function inKib(bytes: number): string {
  return String(bytes / 1024);
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
