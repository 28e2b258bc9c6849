// Numbers of the flattened devicetree format (Devicetree Specification, chapter 5).

export const FDT_MAGIC: number = 0xd00dfeed;

export const FDT_BEGIN_NODE: number = 1;
export const FDT_END_NODE: number = 2;
export const FDT_PROP: number = 3;
export const FDT_NOP: number = 4;
export const FDT_END: number = 9;

/** What is written. */
export const FDT_VERSION: number = 17;
export const FDT_LAST_COMPATIBLE_VERSION: number = 16;

/** Bytes of the header by version. */
export const FDT_V1_SIZE: number = 28;
export const FDT_V2_SIZE: number = 32;
export const FDT_V3_SIZE: number = 36;
export const FDT_V17_SIZE: number = 40;

/** Bytes of one entry of the memory reservation block. */
export const FDT_RESERVE_ENTRY_SIZE: number = 16;
