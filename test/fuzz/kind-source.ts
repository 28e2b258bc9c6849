// Sources of KHO trees, and blobs: checked, printed, and what was printed checked again.
import assert from 'node:assert/strict';
import {
  type ByteOrder,
  type FdtTree,
  fdtCheckHeader,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtPathOffset,
  fdtSubnodeOffset,
  type Issue,
  printDts,
  readFdt,
  writeFdt,
} from '../../fdt/index.ts';
import {
  type BindingSet,
  checkBlob,
  checkSource,
  createPrintTypes,
  RELEASES,
  type Release,
} from '../../kho/index.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { damageBytes } from './damage-bytes.ts';
import { damageText } from './damage-text.ts';
import { type FuzzKind, fuzzKind } from './kind.ts';
import type { Random } from './random.ts';
import { BLOBS, SOURCES } from './seeds.ts';

interface Options {
  readonly byteOrder: ByteOrder;
  readonly release: Release | undefined;
  readonly pageBytes: number;
}

function optionsOf(random: Random): Options {
  return {
    byteOrder: random.pick(['little', 'little', 'little', 'big']),
    release: random.oneIn(3) ? random.pick(RELEASES) : undefined,
    pageBytes: random.pick([4096, 4096, 16384, 65536, 512]),
  };
}

const NOISE = `{ } ; < > [ ] ( ) " ' & , = / : \\ /* */ // # 0x 12 label: &{ &{/} &label << >> ? -
/bits/ /bits/\u002064 /dts-v1/; /plugin/; /delete-node/ /delete-property/ /include/ /incbin/("x")
/memreserve/ /omit-if-no-ref/ \u0000 \u00e9 \u{1f600} 0xffffffffffffffff 0x10000000000000000
compatible reg phandle #address-cells mem preserved-memory-map preserved-data blob-size fdt
"kho-v1" "kho-v4" "memblock-v1" "luo-v1" "ftrace-v1" "" "\\xff" 'a' @0 node@1 __proto__
constructor`.split(/\s+/);

export const SOURCE: FuzzKind = fuzzKind({
  name: 'source',
  share: 32,
  make: (random) => ({
    text: damageText(random.pick(SOURCES), SOURCES, NOISE, random),
    options: optionsOf(random),
  }),
  run({ text, options }) {
    exerciseSource(text, SHIPPED, options);
  },
  files: ({ text }) => new Map([['.kho.dts', Buffer.from(text)]]),
});

export const BLOB: FuzzKind = fuzzKind({
  name: 'blob',
  share: 22,
  make: (random) => ({
    bytes: damageBytes(random.pick(BLOBS), BLOBS, random),
    options: optionsOf(random),
  }),
  run({ bytes, options }) {
    const { release, ...rest } = options;
    const known = release === undefined ? {} : { release };
    const { checked, issues } = checkBlob(bytes, {
      ...rest,
      ...known,
      bindings: SHIPPED,
      path: 'blob',
    });
    for (const issue of issues) checkIssue(issue);
    const { value } = readFdt(bytes);
    assert.equal(checked === undefined, value === undefined);
    if (value !== undefined) exerciseTree(value, SHIPPED, options);
    exerciseLibfdt(bytes);
  },
  files: ({ bytes }) => new Map([['.dtb', bytes]]),
});

/** Everything that editor and terminal do with a text. */
export function exerciseSource(
  text: string,
  bindings: BindingSet,
  { release, ...rest }: Options,
): void {
  const known = release === undefined ? {} : { release };
  const options = { ...rest, ...known, bindings };
  const { tree, issues } = checkSource({ path: 'source.kho.dts', text }, options);
  for (const issue of issues) checkIssue(issue);
  exerciseTree(tree, bindings, { release, ...rest });
}

function exerciseTree(tree: FdtTree, bindings: BindingSet, options: Options): void {
  const { byteOrder, release } = options;
  const known = release === undefined ? bindings : bindings.preferring(release.name);
  const blob = writeFdt(tree);
  assert.ok(readFdt(blob).value !== undefined, 'what is written can be read');
  for (const typeOf of [undefined, createPrintTypes(known)]) {
    const text = printDts(tree, typeOf === undefined ? { byteOrder } : { byteOrder, typeOf });
    const source = { path: 'printed.kho.dts', text };
    const checked = checkSource(source, { byteOrder, bindings: known });
    for (const issue of checked.issues) checkIssue(issue);
    const syntax = checked.issues.find(({ rule }) => rule === 'syntax-error');
    assert.equal(syntax?.message, undefined, 'what is printed has no syntax error');
  }
}

/** Issues lie within their text, and say something: what they quote is the input's own. */
export function checkIssue({ message, span, blob, related = [] }: Issue): void {
  const own = message.replace(/`[^`]*`/g, '');
  assert.ok(message.length > 0 && !/\bundefined\b|\bNaN\b|\[object/.test(own), message);
  for (const each of [span, ...related.map((one) => one.span)]) {
    if (each === undefined) continue;
    assert.ok(each.start >= 0 && each.start <= each.end, `${message}: a span is reversed`);
    assert.ok(each.end <= each.source.text.length, `${message}: a span ends outside its file`);
  }
  if (blob !== undefined)
    assert.ok(blob.offset >= 0 && blob.lengthBytes >= 0, `${message}: no place in a blob`);
}

/** What drivers of the simulator call on a blob. */
function exerciseLibfdt(bytes: Uint8Array): void {
  fdtCheckHeader(bytes);
  for (const path of ['/', '/memblock', 'a/b']) {
    const offset = fdtPathOffset(bytes, path);
    fdtGetprop(bytes, offset, 'compatible');
    fdtNodeCheckCompatible(bytes, offset, 'kho-v4');
    fdtSubnodeOffset(bytes, offset, 'trace');
  }
}
