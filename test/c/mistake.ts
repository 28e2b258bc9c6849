export interface Mistake {
  readonly name: string;
  readonly rule: string;
  readonly bad: string;
  /** The same without the mistake: nothing may be reported of it. */
  readonly good?: string;
  readonly release?: string;
}

/** Returns early where KHO is off. */
export const GATE = 'if (!kho_is_enabled())\n\t\treturn 0;';
