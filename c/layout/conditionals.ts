// #if, #ifdef and their kin: which lines are there, and which are under a condition that is open.
import { evaluate } from './expression.ts';
import { isUnknown, type Unknown, unknown } from './known.ts';
import { expand, type Macro } from './macros.ts';
import type { Branch, Token } from './token.ts';

export interface ConditionalNames {
  readonly macros: ReadonlyMap<string, Macro>;
  readonly uncertain: ReadonlyMap<string, Macro>;
  /** Whether names may be defined in files that are not here. */
  readonly isPartial: () => boolean;
}

interface Frame {
  /** Its lines are read. */
  isActive: boolean;
  /** What its lines depend on, if that is open. */
  branch: Branch | undefined;
  /** A branch before was the one that holds, or the frame lies in lines that are not there. */
  isDone: boolean;
  /** A branch before may be the one that holds. */
  isOpen: boolean;
}

/** Names that 64-bit kernels define, or never do, when they compile C. */
const DEFINED: ReadonlySet<string> = new Set([
  ...['__KERNEL__', '__LITTLE_ENDIAN_BITFIELD', 'CONFIG_64BIT', 'CONFIG_PHYS_ADDR_T_64BIT'],
  ...['CONFIG_MMU', '__GNUC__', '__LP64__', '_LP64', '__SIZEOF_INT128__'],
]);
const NOT_DEFINED: ReadonlySet<string> = new Set([
  ...['__ASSEMBLY__', '__ASSEMBLER__', '__cplusplus', '__BIG_ENDIAN_BITFIELD', 'CONFIG_32BIT'],
  ...['__CHECKER__', '__GENKSYMS__', '__KERNEL_UAPI__', '_MSC_VER'],
]);

/** The conditionals of one file, from its first line on. */
export class Conditionals {
  readonly #names: ConditionalNames;
  readonly #frames: Frame[] = [];

  constructor(names: ConditionalNames) {
    this.#names = names;
  }

  get isActive(): boolean {
    return this.#frames.at(-1)?.isActive ?? true;
  }

  /** The innermost condition that is open. */
  get branch(): Branch | undefined {
    return this.#frames.findLast(({ branch }) => branch !== undefined)?.branch;
  }

  mark(token: Token): Token {
    const { branch } = this;
    return branch === undefined ? token : { ...token, branch };
  }

  /** Takes a directive, without its `#`; false if it is none of a conditional. */
  take(line: readonly Token[], next: readonly Token[]): boolean {
    const [name, ...rest] = line as readonly [Token, ...Token[]];
    switch (name.text) {
      case 'if':
        this.#open(() => this.#valueOf(rest, name));
        return true;
      case 'ifdef':
        this.#open(() => this.#isDefined(rest[0] ?? name));
        return true;
      case 'ifndef':
        this.#open(() => this.#isMissing(rest[0] ?? name, next));
        return true;
      case 'elif':
        this.#turn(() => this.#valueOf(rest, name));
        return true;
      case 'elifdef':
        this.#turn(() => this.#isDefined(rest[0] ?? name));
        return true;
      case 'elifndef':
        this.#turn(() => negated(this.#isDefined(rest[0] ?? name)));
        return true;
      case 'else':
        this.#turn(() => true);
        return true;
      case 'endif':
        this.#frames.pop();
        return true;
      default:
        return false;
    }
  }

  #open(condition: () => boolean | Unknown): void {
    const frame: Frame = { isActive: false, branch: undefined, isDone: true, isOpen: false };
    const isThere = this.isActive;
    this.#frames.push(frame);
    if (!isThere) return;
    frame.isDone = false;
    enter(frame, condition());
  }

  #turn(condition: () => boolean | Unknown): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    const before = frame.branch;
    frame.isActive = false;
    if (frame.isDone) return;
    const holds = condition();
    if (frame.isOpen && holds === true && before !== undefined) {
      frame.isActive = true;
      frame.isDone = true;
      frame.branch = { ...before, isAlternative: true };
    } else enter(frame, holds);
  }

  #isDefined(token: Token): boolean | Unknown {
    const { text, at } = token;
    if (this.#names.uncertain.has(text)) return openTo(text, token);
    const macro = this.#names.macros.get(text);
    if (macro !== undefined) return macro.branch === undefined ? true : openTo(text, token);
    if (DEFINED.has(text)) return true;
    if (NOT_DEFINED.has(text)) return false;
    if (!text.startsWith('CONFIG_') && !this.#names.isPartial() && !isReserved(text)) return false;
    return unknown(`whether ${text} is defined is not known here`, at);
  }

  /** An include guard, or a default for what may be defined: the name is taken as missing. */
  #isMissing(token: Token, next: readonly Token[]): boolean | Unknown {
    const isGuard = next[0]?.text === 'define' && next[1]?.text === token.text;
    const isDefined = this.#isDefined(token);
    if (isGuard && isUnknown(isDefined) && !this.#names.uncertain.has(token.text)) return true;
    return negated(isDefined);
  }

  #valueOf(line: readonly Token[], at: Token): boolean | Unknown {
    const words: Token[] = [];
    for (let i = 0; i < line.length; i++) {
      const token = line[i] as Token;
      const isAsked = ASKS_FOR_NAME.has(token.text);
      if (!isAsked) {
        words.push(token);
        continue;
      }
      const hasParens = line[i + 1]?.text === '(';
      const name = line[i + (hasParens ? 2 : 1)];
      i += hasParens ? 3 : 1;
      const isDefined = name === undefined ? false : this.#isDefined(name);
      // An open name stands for itself: the evaluation then says what it is that is not known.
      if (isUnknown(isDefined))
        words.push({ ...(name as Token), hidden: new Set([name?.text ?? '']) });
      else words.push({ ...token, kind: 'number', text: isDefined ? '1' : '0' });
    }
    const value = evaluate(expand(words, this.#names.macros), at.at);
    return isUnknown(value) ? value : value.value !== 0n;
  }
}

const ASKS_FOR_NAME: ReadonlySet<string> = new Set([
  'defined',
  'IS_ENABLED',
  'IS_BUILTIN',
  'IS_REACHABLE',
  'IS_MODULE',
]);

function enter(frame: Frame, holds: boolean | Unknown): void {
  frame.branch = undefined;
  if (isUnknown(holds)) {
    frame.branch = { reason: holds.reason, at: holds.at, isAlternative: frame.isOpen };
    frame.isActive = true;
    frame.isOpen = true;
  } else {
    frame.isActive = holds;
    frame.isDone = holds;
  }
}

function negated(value: boolean | Unknown): boolean | Unknown {
  return isUnknown(value) ? value : !value;
}

/** Names that compilers define: which ones depends on the compiler and the machine. */
function isReserved(name: string): boolean {
  return /^__\w/.test(name);
}

function openTo(name: string, { at }: Token): Unknown {
  return unknown(`whether ${name} is defined is not known here`, at);
}
