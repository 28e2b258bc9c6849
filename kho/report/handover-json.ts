// A handover for programs.
import { stringsOf } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import { subsystemsOf } from '../handover/claims.ts';
import type { Handover } from '../handover/decode.ts';
import type { PageRuns } from '../handover/page-runs.ts';
import type { Subtree } from '../handover/subtrees.ts';
import type { PhysRange } from '../image/handover-image.ts';

/** What JSON.stringify() takes. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * A handover as JSON: addresses and other 64-bit values are strings of hexadecimal digits, sizes
 * in bytes and counts are numbers. `maxRanges` bounds each list of ranges; `rangeCount` counts all.
 */
export function handoverToJson(handover: Handover, maxRanges: number): Json {
  const { image, release, root, subtrees, preserved, luo, contents } = handover;
  const { pageSizeBytes } = image;
  const bytes = (pages: number): number => pages * pageSizeBytes;
  return {
    release: release.name,
    architecture: image.architecture,
    byteOrder: image.byteOrder,
    pageSizeBytes,
    rootFdt:
      root === undefined
        ? null
        : {
            address: root.address === undefined ? null : hexText(root.address),
            sizeBytes: root.bytes.length,
          },
    scratch: image.scratch === undefined ? null : image.scratch.map(rangeJson),
    subtrees: subtrees.map(subtreeJson),
    luo: luo === undefined ? null : luoJson(luo),
    contents: contents.map(({ name, what, sizeBytes }) => ({ name, what, sizeBytes })),
    preserved:
      preserved === undefined
        ? null
        : {
            encoding: preserved.encoding,
            address: preserved.address === undefined ? null : hexText(preserved.address),
            blocks: preserved.blockCount,
            bytes: bytes(preserved.pageCount),
            isWhole: preserved.isWhole,
            orders: preserved.orders.map(({ order, blocks, pages }) => ({
              order,
              blocks,
              bytes: bytes(pages),
            })),
            rangeCount: preserved.blocks.length,
            ranges: runsJson(preserved.blocks, pageSizeBytes, maxRanges),
          },
    subsystems: subsystemsOf(handover.owners).map(({ name, pages }) => ({
      name,
      bytes: bytes(pages),
    })),
    owners: handover.owners.map(({ name, pages }) => ({ name, bytes: bytes(pages) })),
    unclaimed: {
      bytes: bytes(handover.unclaimedPages),
      rangeCount: handover.unclaimed?.length ?? 0,
      ranges:
        handover.unclaimed === undefined
          ? []
          : runsJson(handover.unclaimed, pageSizeBytes, maxRanges),
    },
    nodes: [...(handover.nodePages ?? [])].map(([id, pages]) => ({ id, bytes: bytes(pages) })),
  };
}

function rangeJson({ address, sizeBytes }: PhysRange): Json {
  return { address: hexText(address), sizeBytes: Number(sizeBytes) };
}

function runsJson(runs: PageRuns, pageBytes: number, maxRanges: number): Json {
  return Array.from({ length: Math.min(runs.length, maxRanges) }, (_, i) => ({
    address: hexText(runs.start(i) * pageBytes),
    sizeBytes: runs.pages(i) * pageBytes,
    order: runs.tag(i),
  }));
}

function subtreeJson({ name, address, sizeBytes, state, areas }: Subtree): Json {
  return {
    name,
    address: address === undefined ? null : hexText(address),
    sizeBytes: sizeBytes ?? null,
    kind: state.kind,
    ...(state.kind === 'struct'
      ? {
          struct: state.struct.name,
          fields: Object.fromEntries(
            state.fields.map(({ name: field, value }) => [
              field,
              typeof value === 'string' ? value : hexText(value),
            ]),
          ),
        }
      : {}),
    ...(state.kind === 'fdt'
      ? {
          compatible:
            stringsOf(
              state.tree.root.properties.find((each) => each.name === 'compatible')?.value ??
                new Uint8Array(),
            ) ?? [],
        }
      : {}),
    areas: areas.map(({ name: area, area: { totalPages, blockCount, order, isWhole } }) => ({
      name: area,
      pages: totalPages,
      blocks: blockCount,
      order,
      isWhole,
    })),
  };
}

function luoJson(luo: NonNullable<Handover['luo']>): Json {
  return {
    compatible: luo.compatible,
    liveupdateNumber: Number(luo.liveupdateNumber),
    isWhole: luo.isWhole,
    sessions: luo.sessions.map(({ name, files }) => ({
      name,
      files: files.map((file) => ({
        name: file.name,
        compatible: file.compatible,
        token: hexText(file.token),
        data: hexText(file.data),
        ...(file.memfd === undefined
          ? {}
          : {
              memfd: {
                version: file.memfd.version,
                sizeBytes: file.memfd.sizeBytes,
                position: Number(file.memfd.position),
                seals: file.memfd.seals ?? null,
                folios: file.memfd.folioCount,
                holes: file.memfd.holeCount,
                isWhole: file.memfd.isWhole,
              },
            }),
      })),
    })),
    flbs: luo.flbs.map(({ name, data, count }) => ({
      name,
      data: hexText(data),
      count: Number(count),
    })),
  };
}
