// What a driver's module is written against where it has files, and takes them along: types alone.
import type { Kernel } from './driver-api.ts';

/** A `struct file`: one for each open(), or for each file that was retrieved. */
export interface File {
  readonly fops: FileOperations;
  /** The driver's own. */
  privateData: unknown;
  /** f_pos: the driver's read() and write() move it. */
  pos: number;
}

/** What user space does with an open file. Errors are negated codes. */
export interface FileOperations {
  /** 0 or nothing, or a negated error, and then the file is not opened. */
  open?(k: Kernel, file: File): unknown;
  /** At most as many bytes as are asked for; none at the end. */
  read?(k: Kernel, file: File, lengthBytes: number): Uint8Array | number;
  /** How many bytes were taken. */
  write?(k: Kernel, file: File, bytes: Uint8Array): number;
  /** The last descriptor is closed. */
  release?(k: Kernel, file: File): unknown;
}

/** `struct miscdevice`: what user space opens as `/dev/` and the name. */
export interface MiscDevice {
  readonly name: string;
  readonly fops: FileOperations;
}

/** `struct liveupdate_file_op_args`. */
export interface LiveupdateFileOpArgs {
  readonly handler: LiveupdateFileHandler;
  /** retrieve() sets it. */
  file: File | null;
  /** What the next kernel sees: a physical address, mostly. preserve() and freeze() set it. */
  serializedData: bigint;
  /** Of this kernel alone: preserve() sets it, and unpreserve() gets it. */
  privateData: unknown;
  /** For canFinish() and finish(): 0 not tried, 1 retrieved, else the error. */
  readonly retrieveStatus: number;
}

/** `struct liveupdate_file_ops`. Those without a question mark are required. */
export interface LiveupdateFileOps {
  canPreserve(k: Kernel, handler: LiveupdateFileHandler, file: File): boolean;
  /** 0 or nothing, or a negated error, after which nothing of what it did is left. */
  preserve(k: Kernel, args: LiveupdateFileOpArgs): unknown;
  unpreserve(k: Kernel, args: LiveupdateFileOpArgs): void;
  /** The kexec is now. An error refuses it; unfreeze() is not called for a file that refused. */
  freeze?(k: Kernel, args: LiveupdateFileOpArgs): unknown;
  unfreeze?(k: Kernel, args: LiveupdateFileOpArgs): void;
  /** Once in the next kernel: makes the file again. */
  retrieve(k: Kernel, args: LiveupdateFileOpArgs): unknown;
  canFinish?(k: Kernel, args: LiveupdateFileOpArgs): boolean;
  finish(k: Kernel, args: LiveupdateFileOpArgs): void;
  /** What two files that stand for the same thing have in common; from 7.1 on. */
  getId?(k: Kernel, file: File): bigint;
}

/** `struct liveupdate_file_handler`: takes files of one kind along. */
export interface LiveupdateFileHandler {
  /** At most 47 characters. */
  readonly compatible: string;
  readonly ops: LiveupdateFileOps;
}

/** `struct liveupdate_flb_op_args`. */
export interface LiveupdateFlbOpArgs {
  readonly flb: LiveupdateFlb;
  /** preserve() sets it; unpreserve() and retrieve() get it. */
  data: bigint;
  /** preserve() and retrieve() set it; the others get it. */
  obj: unknown;
}

/** `struct liveupdate_flb_ops`: all are required. */
export interface LiveupdateFlbOps {
  preserve(k: Kernel, args: LiveupdateFlbOpArgs): unknown;
  unpreserve(k: Kernel, args: LiveupdateFlbOpArgs): void;
  retrieve(k: Kernel, args: LiveupdateFlbOpArgs): unknown;
  finish(k: Kernel, args: LiveupdateFlbOpArgs): void;
}

/** `struct liveupdate_flb`: state that files have in common, with the life of those files. */
export interface LiveupdateFlb {
  readonly compatible: string;
  readonly ops: LiveupdateFlbOps;
}
