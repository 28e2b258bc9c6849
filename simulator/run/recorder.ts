// What is written down while a run goes on: the trace, the findings and the consoles.
import { inLanguageOf } from '../kernel-names.ts';
import type { CallSite, Finding, Phase } from '../result.ts';
import { EventStore, type TraceEvent, type TraceFields } from './event-store.ts';

/** Events that are kept; those after them are counted. */
export const MAX_TRACE_EVENTS = 10_000_000;
/** Characters of texts in events that are kept, and of a trace that is asked for as one text. */
const MAX_TRACE_CHARACTERS: number = 2 ** 28;
/** Findings of one run; more would not be read. */
export const MAX_FINDINGS = 200;

/** Takes the fields of one event, in their order. */
export type FieldWriter = Pick<EventStore, 'number' | 'address' | 'text'>;

/** For events that are not kept. */
const NO_FIELDS: FieldWriter = { number() {}, address() {}, text() {} };

export class Recorder {
  /** Which kernel is running, from 1, and in which phase. */
  kernel = 1;
  phase: Phase = 'early-boot';
  readonly findings: Finding[] = [];
  readonly #events = new EventStore();
  /** Events that came after the last one that was kept. */
  #lostEvents = 0;
  readonly #said = new Set<string>();
  readonly #onLine: ((line: string) => void) | undefined;
  /** Events, ascending; called when all that one of them did is done: before the next one. */
  lookAt: { readonly events: number[]; reached(event: TraceEvent, line: string): void } | undefined;
  #isLooking = false;
  #place: CallSite | undefined;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  /** Events so far, those that were not kept included. */
  get eventCount(): number {
    return this.#events.length + this.#lostEvents;
  }

  /** The event with a number, from 1; undefined if it was not kept. */
  eventAt(number: number): TraceEvent | undefined {
    return number >= 1 && number <= this.#events.length ? this.#events.at(number - 1) : undefined;
  }

  /** The lines of the trace; where events were not kept, the last line says how many. */
  *lines(): Generator<string> {
    for (let index = 0; index < this.#events.length; index++)
      yield eventText(this.#events.at(index));
    if (this.#lostEvents > 0) yield moreText(this.#lostEvents);
  }

  /** The trace as one text, as far as a text may be long. */
  get trace(): string {
    const lines: string[] = [];
    let characters = 0;
    for (const line of this.lines()) {
      characters += line.length + 1;
      if (characters > MAX_TRACE_CHARACTERS) {
        lines.push(moreText(this.eventCount - lines.length));
        break;
      }
      lines.push(line);
    }
    return lines.map((line) => `${line}\n`).join('');
  }

  /** Tells who looks at the last event, if somebody does. */
  look(): void {
    const { lookAt } = this;
    const [wanted] = lookAt?.events ?? [];
    if (lookAt === undefined || wanted !== this.#events.length) return;
    lookAt.events.shift();
    const event = this.#events.at(wanted - 1);
    this.#isLooking = true;
    lookAt.reached(event, eventText(event));
    this.#isLooking = false;
  }

  /** Events so far that are calls of drivers. */
  callCount = 0;

  /**
   * Adds an event to the trace. Fields that are undefined are left out. One with a driver that is
   * no finding is a call of that driver.
   */
  event(name: string, fields: TraceFields = {}, site?: CallSite): void {
    if (fields.driver !== undefined) this.callCount += 1;
    if (!this.#hasRoom()) return;
    this.#events.add(this.kernel, this.phase, name, fields, site);
    this.#onLine?.(eventText(this.#events.at(this.#events.length - 1)));
  }

  /** Begins the event of a driver's call, the first field of which is the driver. */
  beginCall(name: string, driver: string): FieldWriter {
    this.callCount += 1;
    if (!this.#hasRoom()) return NO_FIELDS;
    this.#events.begin(name);
    this.#events.text('driver', driver);
    return this.#events;
  }

  /** Ends what beginCall() began, when it has all its fields. */
  endCall(event: FieldWriter, site: CallSite | undefined): void {
    if (event !== this.#events) return;
    this.#events.end(this.kernel, this.phase, site);
    this.#onLine?.(eventText(this.#events.at(this.#events.length - 1)));
  }

  /** Before an event is added: whether it is kept. */
  #hasRoom(): boolean {
    // Whoever looks changes nothing.
    if (this.#isLooking) return false;
    if (this.lookAt !== undefined) this.look();
    const isKept =
      this.#events.length < MAX_TRACE_EVENTS && this.#events.characters < MAX_TRACE_CHARACTERS;
    if (!isKept) this.#lostEvents += 1;
    return isKept;
  }

  /** Whether a rule was found broken at a place: what follows from that is not said as well. */
  wasSaid(rule: string, site: CallSite | undefined): boolean {
    return site !== undefined && this.#said.has(`${rule} ${placeOf(site)}`);
  }

  /** Findings of `action` that have no place have this one. */
  at<T>(site: CallSite, action: () => T): T {
    this.#place = site;
    try {
      return action();
    } finally {
      this.#place = undefined;
    }
  }

  /** Adds a finding, unless the same was said of the same place before, by whichever kernel. */
  finding(found: Omit<Finding, 'kernel' | 'phase'> & Partial<Pick<Finding, 'kernel'>>): void {
    if (this.#isLooking) return;
    // Whoever looks at the event before has not this one among the findings.
    this.look();
    const { site = this.#place } = found;
    const spelled = (text: string): string => inLanguageOf(site?.path, text);
    const finding = {
      ...found,
      ...(site === undefined ? {} : { site }),
      message: spelled(found.message),
      ...(found.help === undefined ? {} : { help: spelled(found.help) }),
      related: found.related.map((each) => ({ ...each, message: spelled(each.message) })),
    };
    const { rule, message } = finding;
    const cause =
      site === undefined ? `${finding.kernel ?? this.kernel} ${message}` : placeOf(site);
    const key = `${rule} ${cause}`;
    if (this.#said.has(key) || this.findings.length >= MAX_FINDINGS) return;
    this.#said.add(key);
    this.findings.push({ kernel: this.kernel, phase: this.phase, ...finding });
    this.event('finding', { rule, message }, site);
  }
}

function eventText({ number, kernel, phase, name, fields, site }: TraceEvent): string {
  const words = [`${String(number).padStart(6)} k${kernel} ${phase.padEnd(10)} ${name}`];
  for (const [key, value] of fields) words.push(`${key}=${fieldText(value)}`);
  if (site !== undefined) words.push(`at=${siteText(site)}`);
  return words.join(' ');
}

/** A place as a key: two calls of the same are at one. Empty where none is known. */
export function placeOf(site: CallSite | undefined): string {
  return site === undefined ? '' : `${site.path}:${site.line}:${site.column}`;
}

function moreText(events: number): string {
  return `… ${events} more events`;
}

/** `file.ts:12:5`, without folders: a trace must not depend on where the project is. */
export function siteText({ path, line, column }: CallSite): string {
  return `${path.slice(path.lastIndexOf('/') + 1)}:${line}:${column}`;
}

function fieldText(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
