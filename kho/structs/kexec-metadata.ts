import { defineStruct, type Struct } from './struct.ts';

/** The blob of the subtree kexec-metadata (7.1 and later). */
export const KEXEC_METADATA: Struct<'version' | 'kexec_count', 'previous_release'> = defineStruct({
  name: 'kho_kexec_metadata',
  sizeBytes: 73,
  description: 'Which kernel handed over, and how many jumps there were since the cold boot',
  definedIn: 'include/linux/kho/abi/kexec_handover.h',
  fields: [
    { name: 'version', bits: 32, offset: 0, description: 'Of this struct: 1' },
    { name: 'previous_release', chars: 65, offset: 4, description: 'uname -r of the kernel' },
    { name: 'kexec_count', bits: 32, offset: 69, description: 'Jumps since the cold boot' },
  ],
});
