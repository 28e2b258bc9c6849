import type { Driver, Fdt, Kernel, KhoMem } from '../../simulator/index.ts';

/** A driver as simple as can be: pages with known contents, kept over every kexec. */
export interface PageDriver extends Driver, Readonly<Record<string, unknown>> {
  /** Virtual addresses of its pages. */
  readonly pages: bigint[];
}

const NODE = 'pages';

/** Makes a driver; `change` replaces some of its functions, which get the driver as a whole. */
export function pageDriver(
  count: number,
  change: (driver: PageDriver) => Partial<Driver & Record<string, unknown>> = () => ({}),
): () => PageDriver {
  return () => {
    const pages: bigint[] = [];
    const driver: PageDriver = {
      pages,
      init(k) {
        if (k.khoGetFdt() !== null) return 0;
        for (let index = 0; index < count; index++) {
          const page = k.getFreePages('GFP_KERNEL', 0);
          k.write(page, contents(k, index));
          pages.push(page);
        }
        return 0;
      },
      serialize: (k, fdt) =>
        serializePages(k, fdt, k.khoMem(pages.map((page) => rangeOf(k, page)))),
      deserialize(k, fdt) {
        for (const mem of memOf(k, fdt)) pages.push(k.khoClaimMem(mem));
        return verify(k, pages);
      },
    };
    return Object.assign(driver, change(driver));
  };
}

export function rangeOf(k: Kernel, page: bigint): KhoMem {
  return { addr: k.pa(page), len: BigInt(k.pageSize) };
}

/** What describes its node. */
export const PAGES_BINDING = `
$id: pages-v1
title: Pages
kho-releases: [seed]
properties:
  compatible:
    const: pages-v1
  mem:
    kho-struct: kho_mem
required: [compatible, mem]
additionalProperties: false
`;

/** Writes the node of the driver. */
export function serializePages(k: Kernel, fdt: Fdt, mem: Uint8Array): number {
  let err = k.fdtBeginNode(fdt, NODE);
  err ||= k.fdtProperty(fdt, 'compatible', 'pages-v1');
  err ||= k.fdtProperty(fdt, 'mem', mem);
  return err || k.fdtEndNode(fdt);
}

export function memOf(k: Kernel, fdt: Fdt): KhoMem[] {
  const value = k.fdtGetprop(fdt, k.fdtPathOffset(fdt, `/${NODE}`), 'mem');
  return k.toKhoMem(value ?? new Uint8Array());
}

/** 0 if all pages are as init() wrote them. */
export function verify(k: Kernel, pages: readonly bigint[]): number {
  const found = pages.map((page, index) => [k.read(page, k.pageSize), contents(k, index)] as const);
  return found.every(([have, want]) => want.every((byte, at) => have[at] === byte)) ? 0 : -5;
}

function contents(k: Kernel, index: number): Uint8Array {
  return Uint8Array.from({ length: k.pageSize }, (_, at) => at * 7 + index * 31);
}
