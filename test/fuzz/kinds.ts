import type { FuzzKind } from './kind.ts';
import { BINDING } from './kind-binding.ts';
import { CORE, FILES, IMAGE } from './kind-image.ts';
import { BLOB, SOURCE } from './kind-source.ts';

/** All kinds of input; their shares add up to 100. */
export const KINDS: readonly FuzzKind[] = [SOURCE, BLOB, IMAGE, CORE, FILES, BINDING];
