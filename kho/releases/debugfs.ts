import type { UserFile } from '../release.ts';

/** A file below /sys/kernel/debug/kho that can only be read. */
export function debugfsFile(path: string, format: string, exists?: string): UserFile {
  const file = { path: `/sys/kernel/debug/kho/${path}`, mode: 0o400, format, writeErrors: [] };
  return exists === undefined ? file : { ...file, exists };
}

/** The file by which user space says that the state is to be made for the next kernel. */
export const FINALIZE: UserFile = {
  ...debugfsFile('out/finalize', '0 or 1, %llu, a line'),
  mode: 0o600,
};
