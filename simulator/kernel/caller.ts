// Who called.
import type { CallSite } from '../result.ts';

/** Who calls, and from where. */
export interface Caller {
  readonly driver: string;
  readonly site?: CallSite;
}

/** The site of something, as a property that is absent rather than undefined. */
export function siteOf(from: { readonly site?: CallSite } | undefined): { site?: CallSite } {
  return from?.site === undefined ? {} : { site: from.site };
}
