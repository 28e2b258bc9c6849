import { type CType, plainType, type Record } from './ctype.ts';
import { isUnknown } from './known.ts';

/** A record as C code names it: `struct luo_ser`, `luo_t`; undefined for one without a name. */
export function spellRecord({ kind, name, isTypedef }: Record): string | undefined {
  if (name === undefined) return undefined;
  return isTypedef ? name : `${kind} ${name}`;
}

/** A type in few words, the same for types that are laid out and read the same. */
export function spellType(type: CType): string {
  const plain = plainType(type);
  switch (plain.kind) {
    case 'integer': {
      if (plain.what === 'char') return 'char';
      if (plain.what === 'bool') return 'bool';
      if (plain.what === 'big-endian') return `be${plain.bytes * 8}`;
      return `${plain.isSigned ? 's' : 'u'}${plain.bytes * 8}`;
    }
    case 'float':
      return plain.bytes === 4 ? 'float' : plain.bytes === 8 ? 'double' : 'long double';
    case 'pointer':
      return 'pointer';
    case 'array': {
      // The first dimension is the outermost, and is written first.
      const counts: string[] = [];
      let of: CType = plain;
      while (of.kind === 'array') {
        counts.push(`[${of.count === undefined ? '' : isUnknown(of.count) ? '?' : of.count}]`);
        of = plainType(of.of);
      }
      return `${spellType(of)}${counts.join('')}`;
    }
    case 'record':
      return spellRecord(plain.record) ?? plain.record.kind;
    case 'void':
    case 'function':
      return plain.kind;
    case 'unknown':
      return '?';
  }
}
