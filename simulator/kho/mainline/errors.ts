// Error codes of include/uapi/asm-generic/errno*.h and include/linux/errno.h, as functions of KHO
// return them, negated.

export const ENOENT = 2;
export const E2BIG = 7;
export const ENOMEM = 12;
export const EBUSY = 16;
export const EEXIST = 17;
export const EINVAL = 22;
export const ERANGE = 34;
export const EOPNOTSUPP = 95;

const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  5: 'EIO',
  9: 'EBADF',
  11: 'EAGAIN',
  13: 'EACCES',
  19: 'ENODEV',
  27: 'EFBIG',
  28: 'ENOSPC',
  61: 'ENODATA',
  [ENOENT]: 'ENOENT',
  [E2BIG]: 'E2BIG',
  [ENOMEM]: 'ENOMEM',
  14: 'EFAULT',
  [EBUSY]: 'EBUSY',
  [EEXIST]: 'EEXIST',
  [EINVAL]: 'EINVAL',
  [ERANGE]: 'ERANGE',
  [EOPNOTSUPP]: 'EOPNOTSUPP',
};

/** The C name of an error that a system call ends with: `-12` is ENOMEM. */
export function errorName(error: number): string {
  return NAMES[-error] ?? `E${-error}`;
}

/** ERR_PTR(): a pointer that holds a negated error code. */
export function errorPointer(error: number): bigint {
  return BigInt.asUintN(64, BigInt(error));
}

/** IS_ERR(): the last page of the address space holds no objects. */
export function isErrorPointer(pointer: bigint): boolean {
  return pointer >= 2n ** 64n - 4095n;
}
