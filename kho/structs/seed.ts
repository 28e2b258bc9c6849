// What the patch series of 2023 and 2024 hand over: arrays of ranges in properties called `mem`.
import { defineStruct, type Struct } from './struct.ts';

/** A range of memory a driver hands over; what every `mem` property of the seed is made of. */
export const KHO_MEM: Struct<'addr' | 'len'> = defineStruct({
  name: 'kho_mem',
  sizeBytes: 16,
  description: 'A range of physical memory that is handed over',
  definedIn: 'include/uapi/linux/kexec.h, <20240117144704.602-1-graf@amazon.com>',
  fields: [
    { name: 'addr', bits: 64, offset: 0, description: 'Physical address' },
    { name: 'len', bits: 64, offset: 8, description: 'Length in bytes' },
  ],
});

/** How the seed's ftrace names an event type across kernels. */
export const TRACE_EVENT_MAP: Struct<'crc32' | 'type'> = defineStruct({
  name: 'trace_event_map',
  sizeBytes: 8,
  description: 'Fingerprint of an event and the type number the first kernel gave it',
  definedIn: 'kernel/trace/trace_output.c, <20240117144704.602-1-graf@amazon.com>',
  fields: [
    { name: 'crc32', bits: 32, offset: 0, description: 'Of the name and the field sizes' },
    { name: 'type', bits: 32, offset: 4, description: 'Number in the ring buffer' },
  ],
});
