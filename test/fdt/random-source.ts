// Random DTS that is valid, and random damage to text and bytes: all from a seed.

/** A generator of numbers in [0, 1) that gives the same sequence for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A source that dtc accepts, with definitions that merge, delete and refer to each other. */
export function randomSource(seed: number): string {
  return new SourceWriter(randomFrom(seed)).write();
}

/** `text` with a few pieces removed, doubled, moved or replaced. */
export function damageText(text: string, random: () => number): string {
  let damaged = text;
  for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits--) {
    const at = Math.floor(random() * damaged.length);
    const length = Math.floor(random() * 12);
    const piece = damaged.slice(at, at + length);
    const choice = Math.floor(random() * 4);
    const inserted = choice === 0 ? '' : choice === 1 ? piece + piece : pick(NOISE, random);
    damaged = damaged.slice(0, at) + inserted + damaged.slice(at + length);
  }
  return damaged;
}

/** A copy of `bytes` with a few of them changed, or cut short. */
export function damageBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  const cut = random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length;
  const damaged = bytes.slice(0, cut);
  for (let edits = Math.floor(random() * 6); edits > 0; edits--) {
    const inHeader = random() < 0.4;
    const at = Math.floor(random() * (inHeader ? 40 : damaged.length));
    if (at < damaged.length) damaged[at] = pick(INTERESTING, random);
  }
  return damaged;
}

const NOISE = `{ } ; < > [ ] ( ) " ' & , = / : \\ /* */ // # 0x 12 label: &{ /bits/ /dts-v1/;
/delete-node/ /include/ \u0000 \u00e9 ? << 0xffffffffffffffffff`.split(' ');
const INTERESTING = [0, 1, 2, 3, 4, 9, 0x7f, 0x80, 0xff, 0x2f, 0x41];

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}

class SourceWriter {
  readonly #random: () => number;
  readonly #labels: string[] = [];
  #names = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  write(): string {
    const parts = ['/dts-v1/;\n'];
    for (let i = this.#below(3); i > 0; i--) {
      parts.push(`/memreserve/ ${this.#number()} ${this.#number()};\n`);
    }
    parts.push(`/ {\n${this.#body(0, true)}};\n`);
    for (let i = this.#below(6); i > 0; i--) parts.push(this.#addition());
    return parts.join('');
  }

  #addition(): string {
    const label = this.#labels[this.#below(this.#labels.length)];
    const choice = this.#below(4);
    if (choice === 0 || label === undefined) return `/ {\n${this.#body(0, false)}};\n`;
    if (choice === 1) return `&${label} {\n${this.#body(1, false)}};\n`;
    return `extra${this.#names++}: &${label} { added = &{/}; };\n`;
  }

  #body(depth: number, isFirst: boolean): string {
    const lines: string[] = [];
    const properties = new Set<string>();
    for (let i = this.#below(5); i > 0; i--) {
      const name = pick(PROPERTY_NAMES, this.#random);
      if (properties.has(name)) continue;
      properties.add(name);
      const isDeletion = !isFirst && this.#random() < 0.2;
      lines.push(isDeletion ? `/delete-property/ ${name};` : this.#property(name));
    }
    const nodes = new Set<string>();
    for (let i = depth < 4 ? this.#below(4) : 0; i > 0; i--) {
      const name = pick(NODE_NAMES, this.#random);
      if (nodes.has(name)) continue;
      nodes.add(name);
      // What is deleted may be labelled and referred to, so only what has no label is.
      if (!isFirst && this.#random() < 0.1) {
        lines.push(`/delete-node/ gone;`);
        continue;
      }
      const label = this.#random() < 0.5 ? `l${this.#names++}` : undefined;
      if (label !== undefined) this.#labels.push(label);
      const omit = this.#random() < 0.1 ? '/omit-if-no-ref/ ' : '';
      const start = `${omit}${label === undefined ? '' : `${label}: `}${name} {`;
      lines.push(`${start}\n${this.#body(depth + 1, isFirst)}};`);
    }
    return lines.map((line) => `${line}\n`).join('');
  }

  #property(name: string): string {
    if (this.#random() < 0.15) return `${name};`;
    const values: string[] = [];
    for (let i = this.#below(3); i >= 0; i--) values.push(this.#value());
    return `${name} = ${values.join(', ')};`;
  }

  #value(): string {
    switch (this.#below(6)) {
      case 0:
        return pick(STRINGS, this.#random);
      case 1:
        return `[${pick(['', '00', '00 ab', '00abff 7f'], this.#random)}]`;
      case 2: {
        const bits = pick([8, 16, 32, 64], this.#random);
        return `/bits/ ${bits} <${this.#below(200)} (-${this.#below(100)}) 'a'>`;
      }
      case 3:
        return this.#reference();
      case 4: {
        const reference = this.#reference();
        return `<${this.#number()} ${reference} ((${this.#expression(0)}) & 0xffffffff)>`;
      }
      default:
        return `<${this.#number()} ${this.#number()}>`;
    }
  }

  #reference(): string {
    const label = this.#labels[this.#below(this.#labels.length)];
    return label === undefined ? '&{/}' : `&${label}`;
  }

  #expression(depth: number): string {
    if (depth > 3 || this.#random() < 0.3) return `${this.#below(70)}`;
    const left = this.#expression(depth + 1);
    const right = this.#expression(depth + 1);
    const choice = this.#below(OPERATORS.length + 2);
    if (choice === OPERATORS.length) return `(${left} ? ${right} : ${left})`;
    if (choice > OPERATORS.length) return `${pick(['-', '~', '!'], this.#random)}(${right})`;
    return this.#random() < 0.5
      ? `(${left} ${OPERATORS[choice]} ${right})`
      : `${left} ${OPERATORS[choice]} ${right}`;
  }

  #number(): string {
    const value = Math.floor(this.#random() * 0xffff_ffff);
    return pick([`${value}`, `0x${value.toString(16)}`, `0${value.toString(8)}`], this.#random);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

const OPERATORS = '+ - * << >> < > <= >= == != & ^ | && ||'.split(' ');
const PROPERTY_NAMES = 'reg xreg compatible #cells linux,x a.b status us g eg phandles'.split(' ');
const NODE_NAMES = 'cpus memory@0 memory@1000 a b c chosen a@1 node'.split(' ');
const STRINGS = ['"plain"', '"a", "b"', '""', '"tab\\t \\"q\\" \\x41\\101"', '"two\nlines"', '"é"'];
