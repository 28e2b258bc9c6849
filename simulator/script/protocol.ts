// What the engine's process and a kernel's process say to each other, in frames on one socket.
import { deserialize, serialize } from 'node:v8';
import type {
  ApiAnswer,
  ApiCall,
  ApiValue,
  CallbackOutcome,
  KernelBoot,
  LoadedDriver,
} from '../index.ts';
import type { Sources } from './driver-sources.ts';

/** To a kernel's process. */
export type Request =
  | {
      readonly kind: 'load';
      readonly boot: KernelBoot;
      /** JavaScript of drivers in TypeScript, as far as it is ready. */
      readonly sources: Sources;
      /** After which the process ends a callback on its own, should nobody else be left to. */
      readonly lastResortMs?: number;
      /** The process may be given another kernel after this one. */
      readonly isReused?: boolean;
    }
  | {
      readonly kind: 'call';
      readonly driver: string;
      readonly callback: string;
      readonly args: readonly ApiValue[];
    }
  | { readonly kind: 'answer'; readonly answer: ApiAnswer }
  /** The kernel has ended; answered only by a process that was told that it is reused. */
  | { readonly kind: 'end' };

/** From a kernel's process. */
export type Response =
  | { readonly kind: 'loaded'; readonly drivers: readonly LocatedDriver[] }
  | { readonly kind: 'api'; readonly call: ApiCall }
  | { readonly kind: 'outcome'; readonly outcome: CallbackOutcome }
  /** Whether the next kernel would find the process as this one found it. */
  | { readonly kind: 'ended'; readonly isReusable: boolean };

/** A loaded driver, with where its functions are, for when one of them never returns. */
export interface LocatedDriver extends LoadedDriver {
  readonly sites: Readonly<Record<string, ApiCall['site']>>;
}

/** File descriptor of the socket in a kernel's process. */
export const SOCKET_FD = 3;
/** A frame is its length as a u32 and a value as node:v8 serializes it. */
export const HEADER_BYTES = 4;
/** Longer frames are refused on both sides. */
export const MAX_FRAME_BYTES: number = 64 << 20;

export function encodeFrame(message: Request | Response): Buffer {
  const body = serialize(message);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

/** What the engine said; a kernel's process believes it. */
export function decodeRequest(body: Uint8Array): Request {
  return deserialize(body) as Request;
}

/**
 * What a kernel's process said, or undefined if it makes no sense: a driver can write to the
 * socket, too.
 */
export function decodeResponse(body: Uint8Array): Response | undefined {
  try {
    const value: unknown = deserialize(body);
    return isResponse(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isResponse(value: unknown): value is Response {
  if (!isObject(value)) return false;
  switch (value.kind) {
    case 'loaded':
      return Array.isArray(value.drivers) && value.drivers.every(isLocatedDriver);
    case 'api':
      return isObject(value.call) && isApiCall(value.call);
    case 'ended':
      return typeof value.isReusable === 'boolean';
    case 'outcome':
      return isObject(value.outcome) && isOutcome(value.outcome);
    default:
      return false;
  }
}

function isLocatedDriver(value: unknown): boolean {
  if (!isObject(value) || typeof value.name !== 'string' || !isObject(value.sites)) return false;
  const { callbacks, failure, sites } = value;
  return (
    Array.isArray(callbacks) &&
    callbacks.every((name) => typeof name === 'string') &&
    Object.values(sites).every(isSite) &&
    (failure === undefined || (isObject(failure) && isOutcome(failure)))
  );
}

function isApiCall({ driver, name, args, site }: Fields): boolean {
  return (
    typeof driver === 'string' && typeof name === 'string' && Array.isArray(args) && isSite(site)
  );
}

/** Only the engine's end can tell that a callback timed out or died. */
function isOutcome({ kind, message, value, site }: Fields): boolean {
  if (kind === 'threw') return typeof message === 'string' && isSite(site);
  return kind === 'returned' && (value === undefined || typeof value === 'number');
}

/** Sites may be absent. */
function isSite(site: unknown): boolean {
  if (site === undefined) return true;
  if (!isObject(site)) return false;
  const { path, line, column } = site;
  return typeof path === 'string' && Number.isSafeInteger(line) && Number.isSafeInteger(column);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
