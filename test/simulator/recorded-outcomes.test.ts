// What user space and drivers were answered by real kernels, in sequences drawn by chance: the same
// is asked of the simulator. Recorded in QEMU on x86_64 with 512 MiB: sessions on 7.2.13 and 7.3.4
// by a program that makes ioctls, calls on 7.3.4 by a module that makes them one by one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { InlineDriver, Kernel } from '../../simulator/index.ts';
import { CMDLINE, mainlineScenario, runMainline } from './mainline-scenarios.ts';
import { JUMP, LOAD, runInline } from './scenarios.ts';

/** What was asked in each kernel, each with what it came to. */
interface RecordedSessions {
  readonly releases: readonly string[];
  readonly kernels: readonly (readonly string[])[];
}

/** What was asked before the jump, and after it. */
interface RecordedCalls {
  readonly first: readonly string[];
  readonly last: readonly string[];
}

function recorded<T>(name: string): readonly T[] {
  const file = new URL(`test/simulator/recorded/${name}.json`, `file://${process.cwd()}/`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

const PAGE_BYTES = 4096;

/** A step of a scenario from `preserve-fd a g0 4: EBADF`. */
function stepOf(line: string): object {
  const [words = '', error] = line.split(': ');
  const [what, name = '', ...more] = words.split(' ');
  const expected = error === undefined ? {} : { error };
  switch (what) {
    case 'memfd':
      return { memfd: name, size: Number(more[0]), ...expected };
    case 'write':
      return { write: name, at: Number(more[0]), data: 'x'.repeat(100), ...expected };
    case 'close-file':
      return { close: name, ...expected };
    case 'preserve-fd':
      return { session: name, do: what, file: more[0], token: Number(more[1]), ...expected };
    case 'retrieve-fd':
      return { session: name, do: what, token: Number(more[0]), as: more[1], ...expected };
    default:
      return { session: name, do: what, ...expected };
  }
}

for (const [index, { releases, kernels }] of recorded<RecordedSessions>('sessions').entries())
  test(`sessions as ${releases.join(' and ')} answered them, ${index}`, async () => {
    const scenario = mainlineScenario({
      releases,
      cmdline: `liveupdate=on ${CMDLINE}`,
      allSteps: kernels.map((asked, at) => {
        const isLast = at === kernels.length - 1;
        return [...asked.map(stepOf), ...(isLast ? [] : [LOAD, JUMP])];
      }),
    });
    const { findings, outcome } = await runInline(scenario, { d: () => ({}) });
    assert.equal(outcome, 'completed');
    const failed = findings.filter(({ rule }) => rule === 'step-failed');
    assert.deepEqual(
      failed.map(({ message }) => message),
      [],
    );
  });

interface Slot {
  /** Where the memory is mapped. */
  address: bigint;
  pages: number;
}

/** What the module has: memory in slots, and a page with their addresses that goes along. */
class Calls {
  readonly #k: Kernel;
  readonly #slots = new Map<number, Slot>();
  #table = 0n;

  constructor(k: Kernel) {
    this.#k = k;
  }

  begin(): void {
    this.#table = this.#k.khoAllocPreserve(PAGE_BYTES);
    this.#k.khoAddSubtree('slots', this.#table, PAGE_BYTES);
  }

  take(): void {
    const found = this.#k.khoRetrieveSubtree('slots');
    assert.ok(typeof found !== 'number');
    this.#table = this.#k.va(found.phys);
  }

  /** What a call came to, as it was recorded. */
  answer(line: string): string {
    const k = this.#k;
    const [call = '', first = '', a = '', b = ''] = line.split(' ');
    const index = Number(first);
    const slot = this.#slots.get(index) ?? { address: 0n, pages: 0 };
    const [offset, count] = [Number(a), Number(b)];
    const inSlot = (start: bigint): bigint => start + BigInt(offset * PAGE_BYTES);
    switch (call) {
      case 'folio_alloc':
        return this.#fill(index, k.folioAlloc('GFP_KERNEL', offset), 2 ** offset);
      case 'alloc_pages':
        return this.#fill(index, k.getFreePages('GFP_KERNEL', offset), 2 ** offset);
      case 'vmalloc':
        return this.#fill(index, k.vmalloc(offset * PAGE_BYTES), offset, false);
      case 'kho_alloc_preserve': {
        const memory = k.khoAllocPreserve(offset);
        if (k.isErr(memory)) return `${k.ptrErr(memory)}`;
        return this.#fill(index, memory, Math.max(1, Math.ceil(offset / PAGE_BYTES)));
      }
      case 'kho_preserve_folio':
        return `${k.khoPreserveFolio(slot.address)}`;
      case 'kho_unpreserve_folio':
        k.khoUnpreserveFolio(slot.address);
        return DONE;
      case 'kho_preserve_pages':
        return `${k.khoPreservePages(inSlot(slot.address), count)}`;
      case 'kho_unpreserve_pages':
        k.khoUnpreservePages(inSlot(slot.address), count);
        return DONE;
      case 'kho_preserve_vmalloc':
        return this.#preserveArea(index, slot.address);
      case 'kho_unpreserve_vmalloc':
        k.khoUnpreserveVmalloc(k.read(this.#entry(index) + 8n, 16));
        return DONE;
      case 'kho_unpreserve_free':
        k.khoUnpreserveFree(slot.address);
        return DONE;
      case 'kho_add_subtree':
        return `${k.khoAddSubtree(a, slot.address, PAGE_BYTES)}`;
      case 'kho_remove_subtree':
        k.khoRemoveSubtree(slot.address);
        return DONE;
      case 'kho_retrieve_subtree':
        return this.#retrieve(first);
      case 'kho_restore_folio':
        return this.#restored(index, k.khoRestoreFolio(this.#physOf(index)));
      case 'kho_restore_pages': {
        const pages = k.khoRestorePages(inSlot(this.#physOf(index)), count);
        return this.#restored(index, pages === 0n ? 0n : k.va(this.#physOf(index)));
      }
      case 'kho_restore_vmalloc': {
        const area = k.khoRestoreVmalloc(k.read(this.#entry(index) + 8n, 16));
        this.#slots.delete(index);
        return this.#restored(index, area);
      }
      case 'kho_restore_free':
        k.khoRestoreFree(k.va(this.#physOf(index)));
        return DONE;
      case 'check':
        return slot.address === 0n ? '0' : `0 good=${this.#goodPages(index, slot, offset, count)}`;
      default:
        throw new Error(`no call is named ${call}`);
    }
  }

  #entry(index: number): bigint {
    return this.#table + BigInt(index * 24);
  }

  #physOf(index: number): bigint {
    return this.#k.readU64(this.#entry(index));
  }

  /** Marks every page of a slot. */
  #fill(index: number, address: bigint, pages: number, isDirect = true): string {
    this.#slots.set(index, { address, pages });
    if (isDirect) this.#k.writeU64(this.#entry(index), this.#k.pa(address));
    for (let page = 0; page < pages; page++)
      this.#k.writeU32(address + BigInt(page * PAGE_BYTES), mark(index, page));
    return '0';
  }

  #goodPages(index: number, { address }: Slot, first: number, count: number): number {
    let good = 0;
    for (let page = first; page < first + count; page++)
      if (this.#k.readU32(address + BigInt(page * PAGE_BYTES)) === mark(index, page)) good += 1;
    return good;
  }

  #preserveArea(index: number, area: bigint): string {
    const preservation = this.#k.khoPreserveVmalloc(area);
    if (typeof preservation === 'number') return `${preservation}`;
    this.#k.write(this.#entry(index) + 8n, preservation);
    const view = new DataView(preservation.buffer, preservation.byteOffset);
    const [total, flags] = [view.getUint32(8, true), view.getUint16(12, true)];
    return `0 total=${total} flags=${flags} order=${view.getUint16(14, true)}`;
  }

  #retrieve(name: string): string {
    const found = this.#k.khoRetrieveSubtree(name);
    if (typeof found === 'number') return `${found}`;
    let index = 0;
    while (this.#physOf(index) !== found.phys) index += 1;
    return `0 size=${found.size} slot=${index}`;
  }

  #restored(index: number, address: bigint): string {
    if (address !== 0n) this.#slots.set(index, { address, pages: 0 });
    return address === 0n ? '0 null' : '0';
  }
}

function mark(index: number, page: number): number {
  return index * 2 ** 16 + page;
}

/** What a call without a result is recorded with. */
const DONE = '0';

for (const [index, { first, last }] of recorded<RecordedCalls>('calls').entries())
  test(`calls of drivers as 7.3.4 answered them, ${index}`, async () => {
    const driver = (): InlineDriver & Record<string, unknown> => ({
      work: (k: Kernel) => {
        const calls = new Calls(k);
        if (k.number === 1) calls.begin();
        else calls.take();
        for (const line of k.number === 1 ? first : last) {
          const [asked = ''] = line.split(': ');
          k.prInfo(`ASKED ${asked}`);
          k.prInfo(`ANSWER ${calls.answer(asked)}`);
        }
      },
    });
    const work = { call: 'd', function: 'work' };
    const steps = [work, LOAD, JUMP];
    const parts = { releases: ['7.3', '7.3'], steps, lastSteps: [work] };
    const { kernels, outcome } = await runMainline(parts, driver);
    assert.equal(outcome, 'completed');
    assert.deepEqual(
      kernels.map(({ console }) => answersIn(console)),
      [first, last],
    );
  });

/** The lines of a recording, from a console. */
function answersIn(console: readonly string[]): string[] {
  const answers: string[] = [];
  let asked: string | undefined;
  let warnings: string[] = [];
  for (const line of console) {
    const [, word, text = ''] = /(ASKED|ANSWER) (.*)/.exec(line) ?? [];
    const warning = /^WARNING: at (\w+)/.exec(line)?.[1];
    if (word === 'ASKED') {
      asked = text;
      warnings = [];
    } else if (word === 'ANSWER') {
      const warned = warnings.length === 0 ? '' : ` WARNING ${warnings.join(' ')}`;
      answers.push(`${asked}: ${text}${warned}`);
    } else if (warning !== undefined && warning !== NOT_COMPARED) warnings.push(warning);
  }
  return answers;
}

/** Whether a node of the tree is there at all depends on what else is preserved near. */
const NOT_COMPARED = 'kho_radix_del_key';
