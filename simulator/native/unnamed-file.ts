import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty file without a name, which is gone with the last process that has it open. */
export function openUnnamed(prefix: string): number {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  try {
    return openSync(join(folder, 'file'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
