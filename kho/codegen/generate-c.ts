// C for a binding: a header with its names and structs, and a file that writes and reads it.
import type { Binding } from '../bindings/binding.ts';
import type { Release } from '../release.ts';
import { isInReleases, NEWEST_RELEASE, RELEASES } from '../releases/index.ts';
import { buildModel } from './c-build.ts';
import { checkFunctions } from './c-check-code.ts';
import { buildFunction, entryFunctions } from './c-entry-code.ts';
import { functionLines } from './c-function.ts';
import { headerLines } from './c-header.ts';
import { preserveFunctions, releaseFunction, restoreFunctions } from './c-memory-code.ts';
import { type CModel, type CNode, ownsMemory } from './c-model.ts';
import { readFunction } from './c-read-code.ts';
import { wrapText } from './c-text.ts';
import { writeFunction } from './c-write-code.ts';
import type { GeneratedFile } from './native-headers.ts';

export interface GenerateCOptions {
  /** The release whose functions are called; by default the newest that has the binding. */
  readonly release?: Release;
  /** Bindings that `binding` may refer to. */
  readonly bindings?: readonly Binding[];
}

/**
 * A header and a C file for nodes that `binding` describes, as the kernel's coding style has them:
 * macros with the names, structs with assertions about their layout, a struct for the state, and
 * functions that serialize, deserialize and release it. They compile against the kernel's headers,
 * and ours of simulator/native/include/.
 */
export function generateC(
  binding: Binding,
  { release = releaseFor(binding), bindings = [] }: GenerateCOptions = {},
): readonly GeneratedFile[] {
  const model = buildModel(binding, release, bindings);
  const entries = entryFunctions(model);
  const name = model.root.calls;
  return [
    {
      path: `${name}.h`,
      text: textOf(
        headerLines(
          model,
          entries.map(({ head }) => head),
        ),
      ),
    },
    { path: `${name}.c`, text: textOf(sourceLines(model)) },
  ];
}

/** The newest release that has a binding. */
export function releaseFor({ releases }: Binding): Release {
  return RELEASES.findLast(({ name }) => isInReleases(name, releases)) ?? NEWEST_RELEASE;
}

function textOf(lines: readonly string[]): string {
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n+$/, '')}\n`;
}

function sourceLines(model: CModel): readonly string[] {
  const { binding, root, nodes, release } = model;
  const build = buildFunction(model);
  const entries = entryFunctions(model);
  return [
    '// SPDX-License-Identifier: GPL-2.0',
    '/*',
    ...wrapText(`Writes and reads ${binding.id}, for ${release.title}.`, 97).map(
      (line) => ` * ${line}`,
    ),
    ' */',
    ...includesOf(model).map((path) => `#include <${path}>`),
    '',
    `#include "${root.calls}.h"`,
    '',
    ...nodes.flatMap(checkFunctions).flatMap(functionLines),
    ...nodes.flatMap(preserveFunctions).flatMap(functionLines),
    ...nodes.map(writeFunction).flatMap(functionLines),
    ...(build === undefined ? [] : functionLines(build)),
    ...entries.slice(0, serializerCount(entries)).flatMap(functionLines),
    ...nodes.map(readFunction).flatMap(functionLines),
    ...nodes.flatMap(restoreFunctions).flatMap(functionLines),
    ...nodes
      .filter((node) => isReleasedWithin(node, root))
      .flatMap((node) => functionLines(releaseFunction(node, false))),
    ...entries.slice(serializerCount(entries)).flatMap(functionLines),
  ];
}

/** Entries that write come first in the file, before what reads. */
function serializerCount(entries: readonly { readonly head: string }[]): number {
  return entries.filter(({ head }) => /_(serialize|unserialize|notify)\(/.test(head)).length;
}

function isReleasedWithin(node: CNode, root: CNode): boolean {
  return node !== root && ownsMemory(node);
}

function includesOf({ nodes, release, shape }: CModel): readonly string[] {
  const memories = nodes.flatMap(({ fields }) =>
    fields.flatMap(({ memory }) => memory?.kind ?? []),
  );
  return [
    'linux/err.h',
    'linux/errno.h',
    'linux/gfp.h',
    'linux/libfdt.h',
    'linux/limits.h',
    'linux/slab.h',
    'linux/string.h',
    'linux/types.h',
    unalignedHeader(release),
    ...(release.subtrees.kind === 'inline'
      ? ['linux/kexec.h', ...(shape.kind === 'node' ? ['linux/notifier.h'] : [])]
      : ['linux/kexec_handover.h']),
    ...(memories.length > 0 || shape.kind === 'blob' ? ['linux/io.h', 'linux/mm.h'] : []),
    ...(memories.includes('vmalloc') ? ['linux/vmalloc.h'] : []),
  ].sort();
}

/** It moved in 6.12. */
function unalignedHeader({ name }: Release): string {
  return isInReleases(name, ['seed']) ? 'asm/unaligned.h' : 'linux/unaligned.h';
}
