// How a kernel ends, and what is lost when it does not hand over.
import { type Kernel, siteOf } from '../kernel/kernel.ts';
import type { KexecImage, KhoModel } from '../kho/model.ts';

/** What comes after a kernel. */
export type Ending =
  /** The kernel that was loaded. */
  | { readonly kind: 'jump'; readonly image: KexecImage }
  /** After a panic: the one that was loaded for it, in memory of its own. */
  | { readonly kind: 'crash'; readonly image: KexecImage }
  /** Firmware, which leaves nothing of memory. */
  | { readonly kind: 'reset' };

/** The images that are loaded: one for a jump, and one for a panic. */
export class LoadedImages {
  next: KexecImage | undefined;
  crash: KexecImage | undefined;

  add(image: KexecImage): void {
    if (image.crashMemory === undefined) this.next = image;
    else this.crash = image;
  }

  remove(isCrash: boolean): void {
    if (isCrash) this.crash = undefined;
    else this.next = undefined;
  }
}

/** Says what was preserved and goes nowhere, once for each call that preserved it. */
export function reportLost(kernel: Kernel, kho: KhoModel, why: string): void {
  for (const { driver, call, bytes, site } of kho.wouldHandOver()) {
    kernel.recorder.finding({
      rule: 'handover-lost',
      severity: 'warning',
      message: `${bytes} bytes that ${call}() preserved are lost: ${why}`,
      help: 'memory is handed over by a jump to a kernel that kexec_file_load() loaded with KHO on',
      driver,
      ...siteOf(site && { site }),
      related: [],
    });
  }
}

/** Why a kernel that was jumped to finds nothing. */
export function whyLost(ending: Ending): string | undefined {
  switch (ending.kind) {
    case 'crash':
      return 'a kernel that panics hands nothing to its crash kernel';
    case 'reset':
      return 'the machine starts afresh';
    case 'jump':
      return ending.image.syscall === 'kexec_load'
        ? 'kexec_load() loads without KHO, whatever kho= says'
        : undefined;
  }
}
