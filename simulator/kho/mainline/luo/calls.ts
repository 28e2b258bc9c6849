// The Live Update Orchestrator's functions as drivers call them. A struct of a driver's goes by the
// name that its runtime gave it; what only the driver's process can do, such as calling one of its
// functions while it waits, is told to it by a number.
import type { Caller } from '../../../kernel/kernel.ts';
import { kernelName } from '../../../kernel-names.ts';
import { argumentsOf, Misuse } from '../../../run/arguments.ts';
import type { ApiAnswer, ApiCall, ApiValue } from '../../../runtime.ts';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../errors.ts';
import type { Context } from '../state.ts';
import type { Flb, FlbDuty } from './flb.ts';
import { type Handlers, MAX_COMPATIBLE } from './handlers.ts';

type Answerer = (args: readonly ApiValue[], handlers: Handlers, caller: Caller) => ApiValue;

/** What a driver's process has to do before the function returns. */
const DUTIES: Readonly<Record<FlbDuty, number>> = {
  none: 0,
  retrieve: 1,
  finish: 2,
  unpreserve: 3,
};

/** Functions of the kernel. */
const CALLS: Readonly<Record<string, Answerer>> = {
  liveupdateEnabled: (_args, handlers) => handlers.isEnabled,
  liveupdateRegisterFileHandler(args, handlers, { driver, site }) {
    const [handle, compatible, ops] = argumentsOf(args, 'virt', 'string', 'string');
    checkCompatible(compatible);
    return handlers.register({
      driver,
      handle,
      compatible,
      ops: setOf(ops),
      ...(site && { site }),
    });
  },
  liveupdateUnregisterFileHandler(args, handlers) {
    const [handle] = argumentsOf(args, 'virt');
    return handlers.unregister(handle);
  },
  liveupdateRegisterFlb(args, handlers, { driver, site }) {
    const [handler, handle, compatible, ops] = argumentsOf(
      args,
      'virt',
      'virt',
      'string',
      'string',
    );
    checkCompatible(compatible);
    const parts = { driver, handle, compatible, ...(site && { site }) };
    return handlers.registerFlb(handler, parts, setOf(ops));
  },
  liveupdateUnregisterFlb(args, handlers) {
    const [handler, flb] = argumentsOf(args, 'virt', 'virt');
    handlers.unregisterFlb(handler, flb);
    return undefined;
  },
  liveupdateFlbGetIncoming(args, handlers, { driver, site }) {
    if (!handlers.isEnabled) return -EOPNOTSUPP;
    const [handle, compatible] = argumentsOf(args, 'virt', 'string');
    const flb = handlers.flbFor({ driver, handle, compatible, ...(site && { site }) });
    const { error, duty } = flb.beginRetrieve();
    if (error === 0 && duty === 'none') flb.getIncoming();
    return error === 0 ? DUTIES[duty] : error;
  },
  liveupdateFlbPutIncoming(args, handlers) {
    const flb = flbArgument(args, handlers);
    return flb === undefined ? -EINVAL : DUTIES[flb.dropIncoming()];
  },
  liveupdateFlbGetOutgoing(args, handlers) {
    if (!handlers.isEnabled) return -EOPNOTSUPP;
    return flbArgument(args, handlers)?.getOutgoing().error ?? -ENOENT;
  },
  liveupdateFlbPutOutgoing(args, handlers) {
    const flb = flbArgument(args, handlers);
    return flb === undefined ? -EINVAL : DUTIES[flb.dropOutgoing()];
  },
};

/** What a driver's process says and asks besides, with the function that it does so for. */
const DETAILS: Readonly<Record<string, Answerer>> = {
  memfdsAreMine(_args, handlers, { driver }) {
    handlers.giveMemfdsTo(driver);
    return undefined;
  },
  flbIncomingData: (args, handlers) => flbArgument(args, handlers)?.incoming.data ?? 0n,
  flbIncomingObj: (args, handlers) => flbArgument(args, handlers)?.incoming.obj ?? 0n,
  flbOutgoingData: (args, handlers) => flbArgument(args, handlers)?.outgoing.data ?? 0n,
  flbOutgoingObj: (args, handlers) => flbArgument(args, handlers)?.outgoing.obj ?? 0n,
  flbRetrieved(args, handlers) {
    const [, error, obj] = argumentsOf(args, 'virt', 'number', 'virt');
    const flb = flbArgument(args, handlers);
    flb?.retrieved(error, obj);
    if (error === 0) flb?.getIncoming();
    return undefined;
  },
  flbFinished(args, handlers) {
    flbArgument(args, handlers)?.finished();
    return undefined;
  },
  flbUnpreserved(args, handlers) {
    flbArgument(args, handlers)?.unpreserved();
    return undefined;
  },
};

const NAMES: ReadonlySet<string> = new Set([...Object.keys(DETAILS), ...Object.keys(CALLS)]);

/** Answers a call; undefined if it is none of LUO's, or the release has no such function. */
export function answerLuoCall(
  { name, args, driver, site }: ApiCall,
  { kernel, release }: Context,
  handlers: Handlers,
): ApiAnswer | undefined {
  if (!NAMES.has(name)) return undefined;
  const caller: Caller = { driver, ...(site && { site }) };
  if (Object.hasOwn(DETAILS, name))
    return { kind: 'value', value: DETAILS[name]?.(args, handlers, caller) };
  const answerer = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
  if (answerer === undefined) return undefined;
  const row = release.api.find((each) => each.name === kernelName(name));
  if (row === undefined) return undefined;
  const value = answerer(args, handlers, caller);
  const [, text] = args;
  const fields = {
    driver,
    ...(typeof text === 'string' ? { compatible: text } : {}),
    ...(typeof value === 'number' ? { ret: value } : {}),
  };
  kernel.recorder.event(row.name, fields, site);
  return { kind: 'value', value };
}

/** It is compared and handed over as a C string. */
function checkCompatible(compatible: string): void {
  if (compatible.length > 0 && compatible.length < MAX_COMPATIBLE) return;
  throw new Misuse(`the compatible must have 1 to ${MAX_COMPATIBLE - 1} characters`);
}

function setOf(ops: string): ReadonlySet<string> {
  return new Set(ops.split(',').filter((op) => op !== ''));
}

function flbArgument(args: readonly ApiValue[], handlers: Handlers): Flb | undefined {
  const [handle] = argumentsOf(args, 'virt');
  return handlers.flb(handle);
}
