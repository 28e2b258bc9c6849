// The Live Update Orchestrator's functions as drivers call them. A struct of a driver's goes by the
// name that its runtime gave it; what only the driver's process can do, such as calling one of its
// functions while it waits, is told to it by a number.
import type { Caller } from '../../../kernel/kernel.ts';
import { kernelName } from '../../../kernel-names.ts';
import { argumentsOf, Misuse } from '../../../run/arguments.ts';
import type { ApiAnswer, ApiCall, ApiValue } from '../../../runtime.ts';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../errors.ts';
import type { Context } from '../state.ts';
import { ENODATA, type Flb, type FlbDuty } from './flb.ts';
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
  liveupdateUnregisterFileHandler(args, handlers, { driver }) {
    const [handle] = argumentsOf(args, 'virt');
    return handlers.unregister(driver, handle);
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
  liveupdateUnregisterFlb(args, handlers, { driver }) {
    const [handler, flb] = argumentsOf(args, 'virt', 'virt');
    handlers.unregisterFlb(driver, handler, flb);
    return undefined;
  },
  liveupdateFlbGetIncoming(args, handlers, { driver }) {
    if (!handlers.isEnabled) return -EOPNOTSUPP;
    const flb = flbArgument(args, handlers, driver);
    if (flb === undefined) return handlers.hasIncomingFlbs ? -ENOENT : -ENODATA;
    const { error, duty } = flb.beginRetrieve();
    if (error === 0 && duty === 'none') flb.getIncoming();
    return error === 0 ? DUTIES[duty] : error;
  },
  liveupdateFlbPutIncoming(args, handlers, { driver }) {
    const flb = flbArgument(args, handlers, driver);
    return flb === undefined ? -EINVAL : DUTIES[flb.dropIncoming()];
  },
  liveupdateFlbGetOutgoing(args, handlers, { driver }) {
    if (!handlers.isEnabled) return -EOPNOTSUPP;
    return flbArgument(args, handlers, driver)?.getOutgoing().error ?? -ENOENT;
  },
  liveupdateFlbPutOutgoing(args, handlers, { driver }) {
    const flb = flbArgument(args, handlers, driver);
    return flb === undefined ? -EINVAL : DUTIES[flb.dropOutgoing()];
  },
};

/** What a driver's process says and asks besides, with the function that it does so for. */
const DETAILS: Readonly<Record<string, Answerer>> = {
  flbIncomingData: (args, handlers, { driver }) =>
    flbArgument(args, handlers, driver)?.incoming.data ?? 0n,
  flbIncomingObj: (args, handlers, { driver }) =>
    flbArgument(args, handlers, driver)?.incoming.obj ?? 0n,
  flbOutgoingData: (args, handlers, { driver }) =>
    flbArgument(args, handlers, driver)?.outgoing.data ?? 0n,
  flbOutgoingObj: (args, handlers, { driver }) =>
    flbArgument(args, handlers, driver)?.outgoing.obj ?? 0n,
  flbRetrieved(args, handlers, { driver }) {
    const [, error, obj] = argumentsOf(args, 'virt', 'number', 'virt');
    const flb = flbArgument(args, handlers, driver);
    flb?.retrieved(error, obj);
    if (error === 0) flb?.getIncoming();
    return undefined;
  },
  flbFinished(args, handlers, { driver }) {
    flbArgument(args, handlers, driver)?.finished();
    return undefined;
  },
  flbUnpreserved(args, handlers, { driver }) {
    flbArgument(args, handlers, driver)?.unpreserved();
    return undefined;
  },
};

/** Answers a call; undefined if it is none of LUO's, or the release has no such function. */
export function answerLuoCall(
  { name, args, driver, site }: ApiCall,
  { kernel, release }: Context,
  handlers: Handlers,
): ApiAnswer | undefined {
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

function flbArgument(
  args: readonly ApiValue[],
  handlers: Handlers,
  driver: string,
): Flb | undefined {
  const [handle] = argumentsOf(args, 'virt');
  return handlers.flb(driver, handle);
}
