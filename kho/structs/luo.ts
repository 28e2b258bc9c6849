// The Live Update Orchestrator: sessions, their files, and what files have in common (FLB).
import { defineStruct, type Struct } from './struct.ts';

const DEFINED_IN = 'include/linux/kho/abi/luo.h';

/** luo-v2: what the property luo-abi-header of the FDT points to. */
export const LUO_SER_V2: Struct<'liveupdate_num' | 'sessions_pa' | 'flbs_pa'> = defineStruct({
  name: 'luo_ser_v2',
  sizeBytes: 24,
  description: 'The root of what LUO hands over, in the version that an FDT points to (luo-v2)',
  definedIn: `${DEFINED_IN}, commit d376e4b55c9a`,
  fields: [
    { name: 'liveupdate_num', bits: 64, offset: 0, description: 'Live updates so far' },
    { name: 'sessions_pa', bits: 64, offset: 8, description: 'Where the sessions are, or 0' },
    { name: 'flbs_pa', bits: 64, offset: 16, description: 'Where the FLBs are' },
  ],
});

/** luo-v3 and later: the blob of the subtree LUO itself. */
export const LUO_SER: Struct<'liveupdate_num' | 'sessions_pa' | 'flbs_pa', 'compatible'> =
  defineStruct({
    name: 'luo_ser',
    sizeBytes: 32,
    description: 'The root of what LUO hands over',
    definedIn: DEFINED_IN,
    fields: [
      { name: 'compatible', chars: 8, offset: 0, description: 'Version of all LUO structs' },
      { name: 'liveupdate_num', bits: 64, offset: 8, description: 'Live updates so far' },
      { name: 'sessions_pa', bits: 64, offset: 16, description: 'Where the sessions are, or 0' },
      { name: 'flbs_pa', bits: 64, offset: 24, description: 'Where the FLBs are' },
    ],
  });

/** Before luo-v4: head of the array of sessions. */
export const LUO_SESSION_HEADER_SER: Struct<'count'> = defineStruct({
  name: 'luo_session_header_ser',
  sizeBytes: 8,
  description: 'How many struct luo_session_ser follow (before luo-v4)',
  definedIn: DEFINED_IN,
  fields: [{ name: 'count', bits: 64, offset: 0, description: 'Sessions that follow' }],
});

export const LUO_SESSION_SER: Struct<'files' | 'count', 'name'> = defineStruct({
  name: 'luo_session_ser',
  sizeBytes: 80,
  description: 'A session: files that are preserved and taken back together',
  definedIn: DEFINED_IN,
  fields: [
    { name: 'name', chars: 64, offset: 0, description: 'As user space named it' },
    { name: 'files', bits: 64, offset: 64, description: 'Where its files are' },
    { name: 'count', bits: 64, offset: 72, description: 'How many there are' },
  ],
});

export const LUO_FILE_SER: Struct<'data' | 'token', 'compatible'> = defineStruct({
  name: 'luo_file_ser',
  sizeBytes: 64,
  description: 'A preserved file of a session',
  definedIn: DEFINED_IN,
  fields: [
    { name: 'compatible', chars: 48, offset: 0, description: 'Of the handler that takes it back' },
    { name: 'data', bits: 64, offset: 48, description: "The handler's own, mostly an address" },
    { name: 'token', bits: 64, offset: 56, description: 'By which user space asks for it' },
  ],
});

export const LUO_FLB_SER: Struct<'data' | 'count', 'name'> = defineStruct({
  name: 'luo_flb_ser',
  sizeBytes: 64,
  description: 'State that several files have in common (File-Lifecycle-Bound)',
  definedIn: DEFINED_IN,
  fields: [
    { name: 'name', chars: 48, offset: 0, description: 'Compatible of its handler' },
    { name: 'data', bits: 64, offset: 48, description: "The handler's own, mostly an address" },
    { name: 'count', bits: 64, offset: 56, description: 'Files that depend on it' },
  ],
});

export const LUO_FLB_HEADER_SER: Struct<'pgcnt' | 'count'> = defineStruct({
  name: 'luo_flb_header_ser',
  sizeBytes: 16,
  description: 'Head of the page of FLBs',
  definedIn: DEFINED_IN,
  fields: [
    { name: 'pgcnt', bits: 64, offset: 0, description: 'Pages that header and FLBs take up' },
    { name: 'count', bits: 64, offset: 8, description: 'FLBs that follow' },
  ],
  tail: { name: 'flbs', of: LUO_FLB_SER, description: 'The FLBs' },
});

/** Bytes that the sessions of luo-v1 to luo-v3 may take up: 16 pages. */
export const SESSION_ARRAY_PAGES = 16;
/** Pages of the file array of a session before luo-v5. */
export const FILE_ARRAY_PAGES = 4;

/** How a version of LUO lays out what it hands over. */
export interface LuoLayout {
  readonly compatible: string;
  /** What the blob of the subtree is: an FDT with addresses, one that points to them, a struct. */
  readonly root: 'fdt' | 'fdt-and-struct' | 'struct';
  readonly sessions: 'array' | 'blocks';
  readonly files: 'array' | 'blocks';
}

/** luo-v2 to luo-v4 existed only while 7.2 was made. */
export const LUO_LAYOUTS: readonly LuoLayout[] = [
  { compatible: 'luo-v1', root: 'fdt', sessions: 'array', files: 'array' },
  { compatible: 'luo-v2', root: 'fdt-and-struct', sessions: 'array', files: 'array' },
  { compatible: 'luo-v3', root: 'struct', sessions: 'array', files: 'array' },
  { compatible: 'luo-v4', root: 'struct', sessions: 'blocks', files: 'array' },
  { compatible: 'luo-v5', root: 'struct', sessions: 'blocks', files: 'blocks' },
];
