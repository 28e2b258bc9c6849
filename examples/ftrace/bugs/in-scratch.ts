// Deliberate bug: the pages may move, so the page allocator takes them from scratch memory, which
// the next kernel overwrites. Loading it fails.
import type { Kernel } from '../../../simulator/driver-api.ts';
import { allocateRings } from '../ftrace.ts';

export { record, serialize } from '../ftrace.ts';

export function init(k: Kernel): number {
  return allocateRings(k, 'GFP_HIGHUSER_MOVABLE');
}
