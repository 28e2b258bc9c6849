import { type Caller, type Kernel, siteOf } from '../../kernel/kernel.ts';

interface Check {
  readonly caller: Caller;
  readonly compatible: string;
  readonly isMatch: boolean;
  readonly found: string;
}

/**
 * What drivers asked of compatibles. A driver that knows several versions asks for one after the
 * other, so only a node for which every question was answered with no is a finding.
 */
export class CompatibleChecks {
  readonly #kernel: Kernel;
  readonly #checks = new Map<string, Check[]>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  add(offset: number, check: Check): void {
    const key = `${check.caller.driver} ${offset}`;
    this.#checks.set(key, [...(this.#checks.get(key) ?? []), check]);
  }

  /** The driver's deserialize has returned. */
  report(driver: string): void {
    for (const [key, checks] of this.#checks) {
      const [first] = checks;
      if (first === undefined || first.caller.driver !== driver) continue;
      this.#checks.delete(key);
      if (checks.some(({ isMatch }) => isMatch)) continue;
      const known = checks.map(({ compatible }) => `\`${compatible}\``).join(' or ');
      this.#kernel.recorder.finding({
        rule: 'compatible-mismatch',
        severity: 'error',
        message: `${driver} looks for ${known} and finds \`${first.found}\``,
        help: 'keep reading the layouts that kernels in the field still write',
        driver,
        ...siteOf(first.caller),
        related: [],
      });
    }
  }
}
