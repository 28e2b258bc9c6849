// The native headers that differ from release to release, made of the table of releases.
import type { ApiFunction, Release } from '../release.ts';
import { API_HISTORY, isInReleases, NEWEST_RELEASE, RELEASES } from '../releases/index.ts';
import { wrapDeclaration, wrapText } from './c-text.ts';
import { isNumbered, releaseCondition, releaseExpression } from './release-macro.ts';

/** A file of text, by its path from the folder it goes to. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The headers below simulator/native/include/ that say what a release has: which it is, what its
 * root FDT is called, and the functions of the three headers that drivers call KHO through. The
 * macro KHO_LINUX, by default the newest release, chooses.
 */
export function nativeHeaders(): readonly GeneratedFile[] {
  return [
    { path: 'kho/release.h', text: releaseHeader() },
    { path: 'kho/root-fdt.h', text: rootFdtHeader() },
    ...API_HEADERS.map((header) => ({ path: header.path, text: apiHeader(header) })),
  ];
}

interface ApiHeader {
  readonly path: string;
  readonly title: string;
  readonly includes: readonly string[];
  /** Structs that its functions take pointers to. */
  readonly types: readonly string[];
  readonly has: (functionName: string) => boolean;
}

const isRadix = (name: string): boolean => name.startsWith('kho_radix_');
const isLiveUpdate = (name: string): boolean => name.startsWith('liveupdate_');

const API_HEADERS: readonly ApiHeader[] = [
  {
    path: 'kho/handover-api.h',
    title: 'What drivers call of KHO.',
    includes: ['kho/release.h', 'linux/types.h'],
    types: ['folio', 'kho_mem', 'kho_serialization', 'kho_vmalloc', 'notifier_block', 'page'],
    has: (name) => !isRadix(name) && !isLiveUpdate(name),
  },
  {
    path: 'kho/radix-api.h',
    title: 'What drivers call of the trees of keys.',
    includes: ['kho/radix-types.h', 'kho/release.h', 'linux/types.h'],
    types: [],
    has: isRadix,
  },
  {
    path: 'kho/live-update-api.h',
    title: 'What drivers call of the Live Update Orchestrator.',
    includes: ['kho/release.h', 'linux/types.h'],
    types: ['liveupdate_file_handler', 'liveupdate_flb'],
    has: isLiveUpdate,
  },
];

const GENERATED = 'Made of the table of releases: UPDATE_GOLDEN=1 with its test writes it anew.';

function headerText(title: string, lines: readonly string[]): string {
  return ['/*', ` * ${title}`, ` * ${GENERATED}`, ' */', '#pragma once', '', ...lines, ''].join(
    '\n',
  );
}

function releaseHeader(): string {
  const series = RELEASES.filter(({ name }) => !isNumbered(name));
  return headerText('The release that a driver is compiled for.', [
    '#define KHO_RELEASE(major, minor) ((major) << 8 | (minor))',
    ...series.map(({ name }, index) => `#define ${releaseExpression(name)} ${index + 1}`),
    '',
    '#ifndef KHO_LINUX',
    `#define KHO_LINUX ${releaseExpression(NEWEST_RELEASE.name)}`,
    '#endif',
  ]);
}

function rootFdtHeader(): string {
  const mainline = RELEASES.filter(({ name }) => isNumbered(name));
  const macros: readonly (readonly [string, (release: Release) => string | undefined])[] = [
    ['KHO_FDT_COMPATIBLE', ({ rootCompatible }) => rootCompatible],
    ['KHO_FDT_MEMORY_MAP_PROP_NAME', ({ memoryMap }) => memoryMap.property],
    [
      'KHO_SUB_TREE_PROP_NAME',
      ({ subtrees }) => ('addressProperty' in subtrees ? subtrees.addressProperty : undefined),
    ],
    [
      'KHO_SUB_TREE_SIZE_PROP_NAME',
      ({ subtrees }) => ('sizeProperty' in subtrees ? subtrees.sizeProperty : undefined),
    ],
  ];
  return headerText('What the root of the handed-over FDT is called.', [
    '#include <kho/release.h>',
    ...macros.flatMap(([macro, of]) =>
      spansOf(mainline, of).flatMap(({ value, range }) => [
        '',
        ...conditional(range, [`#define ${macro} "${value}"`]),
      ]),
    ),
  ]);
}

interface Span<Value> {
  readonly value: Value;
  readonly range: string;
}

/** What `of` says of releases, each with the range of those that follow each other with it. */
function spansOf<Value extends string | undefined>(
  releases: readonly Release[],
  of: (release: Release) => Value,
): readonly Span<NonNullable<Value>>[] {
  const spans: Span<NonNullable<Value>>[] = [];
  let first: string | undefined;
  for (const [index, release] of releases.entries()) {
    const value = of(release);
    if (value === undefined) continue;
    first ??= release.name;
    const next = releases[index + 1];
    if (next !== undefined && of(next) === value) continue;
    const range = `${first}..${next === undefined ? '' : release.name}`;
    spans.push({ value: value as NonNullable<Value>, range });
    first = undefined;
  }
  return spans;
}

function apiHeader({ title, includes, types, has }: ApiHeader): string {
  const names = API_HISTORY.map(({ name }) => name).filter(has);
  return headerText(title, [
    ...includes.map((path) => `#include <${path}>`),
    '',
    ...types.map((type) => `struct ${type};`),
    ...names.flatMap((name) =>
      spansOf(RELEASES, (release) => functionOf(release, name)?.signature).flatMap(
        ({ value, range }) => [
          '',
          ...functionComment(name, range),
          ...conditional(range, wrapDeclaration(`${value};`)),
        ],
      ),
    ),
  ]);
}

function functionOf({ api }: Release, name: string): ApiFunction | undefined {
  return api.find((each) => each.name === name);
}

/** What the newest release of `range` says of a function. */
function functionComment(name: string, range: string): readonly string[] {
  const last = RELEASES.findLast((release) => isInReleases(release.name, [range]));
  const { description, errors } = (last && functionOf(last, name)) ?? {
    description: '',
    errors: [],
  };
  return comment(errors.length === 0 ? description : `${description}: ${errors.join(', ')}`);
}

function conditional(range: string, lines: readonly string[]): readonly string[] {
  const condition = releaseCondition(range);
  return condition === undefined ? lines : [`#if ${condition}`, ...lines, '#endif'];
}

function comment(text: string): readonly string[] {
  const line = `/* ${text} */`;
  return line.length <= 100
    ? [line]
    : ['/*', ...wrapText(text, 97).map((each) => ` * ${each}`), ' */'];
}
