// Sources of any size to measure with: the same shape, size and seed give the same bytes.
//   node bench/generate.mjs --shape nested --lines 10000 [--seed 1] > FILE
//   node bench/generate.mjs --shape kho --bytes 4000000 > FILE
// nested  domains of subsystems of sessions of files, which no binding describes
// kho     trace arrays of 64 CPUs each, all described by bindings, as in the seed's example
// flat    every record a child of the root
// wide    one property that holds everything
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const SHAPES = ['nested', 'kho', 'flat', 'wide'];

/** DTS of about so many lines, or so many bytes, whichever is given. */
export function generate({ shape, seed = 1, lines = Infinity, bytes = Infinity }) {
  const next = numbers(seed);
  const out = new Lines(lines, bytes);
  out.push('/dts-v1/;', '', '/ {');
  writers[shape](out, next);
  out.push('};', '');
  return out.text();
}

/** A driver in C of about so many bytes, which preserves and restores in each of its functions. */
export function generateDriver(bytes) {
  const out = [
    '#include <linux/kexec_handover.h>',
    '#include <linux/libfdt.h>',
    '#include <linux/slab.h>',
    '',
  ];
  let size = 0;
  for (let i = 0; size < bytes; i++) {
    const text = [
      `static int ring${i}_preserve(struct ring *ring, void *fdt)`,
      '{',
      '\tint err;',
      '',
      '\terr = kho_preserve_folio(ring->folio);',
      '\tif (err)',
      '\t\treturn err;',
      `\terr = fdt_property_u64(fdt, "ring-${i}", virt_to_phys(ring->data));`,
      '\tif (err)',
      '\t\tgoto err_unpreserve;',
      '\tfor (int page = 0; page < ring->pages; page++) {',
      '\t\tif (!ring->page[page])',
      '\t\t\tcontinue;',
      '\t\tring->bytes += PAGE_SIZE;',
      '\t}',
      '\treturn 0;',
      '',
      'err_unpreserve:',
      '\tkho_unpreserve_folio(ring->folio);',
      '\treturn -EINVAL;',
      '}',
      '',
    ].join('\n');
    out.push(text);
    size += text.length + 1;
  }
  return out.join('\n');
}

/** DTS of about `sizeBytes`, nested. */
export function nestedSource(sizeBytes, seed = 1) {
  return generate({ shape: 'nested', bytes: sizeBytes, seed });
}

/** The same of about `count` lines. */
export function nestedLines(count, seed = 1) {
  return generate({ shape: 'nested', lines: count, seed });
}

/** A small generator of numbers (xorshift32), so that inputs do not depend on the platform. */
function numbers(seed) {
  let state = seed || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

class Lines {
  #lines = [];
  #bytes = 0;
  #maxLines;
  #maxBytes;

  constructor(maxLines, maxBytes) {
    this.#maxLines = maxLines;
    this.#maxBytes = maxBytes;
  }

  push(...lines) {
    for (const line of lines) {
      this.#lines.push(line);
      this.#bytes += line.length + 1;
    }
  }

  get isFull() {
    return this.#lines.length >= this.#maxLines || this.#bytes >= this.#maxBytes;
  }

  text() {
    return this.#lines.join('\n');
  }
}

const hex = (number) => `0x${number.toString(16)}`;

const writers = {
  nested(out, next) {
    out.push('\tcompatible = "bench-v1";');
    const node = (depth, name) => {
      const indent = '\t'.repeat(depth);
      out.push(`${indent}${name} {`, `${indent}\tcompatible = "bench,level${depth}-v1";`);
      for (let i = 0; i < 4; i++)
        out.push(`${indent}\tstate-${i} = <${hex(next(2 ** 31))} ${next(1000)}>;`);
      const children = depth < 5 ? 2 + next(14) : 0;
      for (let i = 0; i < children && !out.isFull; i++) node(depth + 1, `level${depth}-${i}`);
      out.push(`${indent}};`);
    };
    for (let i = 0; !out.isFull; i++) node(1, `domain-${i}`);
  },

  kho(out, next) {
    out.push('\tcompatible = "kho-v1";', '', '\tftrace {');
    out.push('\t\tcompatible = "ftrace-v1";', '\t\tevents = <1 1 2 2 3 3>;');
    let address = 0x101000000;
    for (let array = 0; !out.isFull; array++) {
      out.push('', `\t\tarray-${array} {`, '\t\t\tcompatible = "ftrace,array-v1";');
      out.push('\t\t\ttrace-flags = <0x3354601>;');
      for (let cpu = 0; cpu < 64 && !out.isFull; cpu++) {
        out.push('', `\t\t\tcpu${hex(cpu).slice(2)} {`, '\t\t\t\tcompatible = "ftrace,cpu-v1";');
        out.push(`\t\t\t\tcpu = <${cpu}>;`, '\t\t\t\tmem = /bits/ 64 <');
        for (let page = 0; page < 4; page++, address += 0x2000 + 0x1000 * next(4))
          out.push(`\t\t\t\t\t${hex(address)} 0x38`, `\t\t\t\t\t${hex(address + 0x1000)} 0x1000`);
        out.push('\t\t\t\t>;', '\t\t\t};');
      }
      out.push('\t\t};');
    }
    out.push('\t};');
  },

  flat(out, next) {
    for (let i = 0; !out.isFull; i++) {
      out.push(`\trecord-${i} {`, `\t\tstart = <${hex(next(2 ** 31))} ${hex(next(4096))}>;`);
      out.push(`\t\tname = "record ${next(1e6)}";`, '\t};');
    }
  },

  wide(out, next) {
    out.push('\tstate = <');
    while (!out.isFull) {
      const cells = Array.from({ length: 4 }, () => hex(next(2 ** 31)));
      out.push(`\t\t${cells.join(' ')}`);
    }
    out.push('\t>;');
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      shape: { type: 'string', default: 'nested' },
      seed: { type: 'string', default: '1' },
      lines: { type: 'string' },
      bytes: { type: 'string' },
    },
  });
  if (!SHAPES.includes(values.shape)) throw new Error(`--shape is one of ${SHAPES.join(', ')}`);
  const size =
    values.lines === undefined && values.bytes === undefined
      ? { lines: 10_000 }
      : { lines: Number(values.lines ?? Infinity), bytes: Number(values.bytes ?? Infinity) };
  process.stdout.write(generate({ shape: values.shape, seed: Number(values.seed), ...size }));
}
