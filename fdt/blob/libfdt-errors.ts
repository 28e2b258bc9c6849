// The error codes of libfdt; its functions return them negated.

export const FDT_ERR_NOTFOUND: number = 1;
export const FDT_ERR_EXISTS: number = 2;
export const FDT_ERR_NOSPACE: number = 3;
export const FDT_ERR_BADOFFSET: number = 4;
export const FDT_ERR_BADPATH: number = 5;
export const FDT_ERR_BADPHANDLE: number = 6;
export const FDT_ERR_BADSTATE: number = 7;
export const FDT_ERR_TRUNCATED: number = 8;
export const FDT_ERR_BADMAGIC: number = 9;
export const FDT_ERR_BADVERSION: number = 10;
export const FDT_ERR_BADSTRUCTURE: number = 11;
export const FDT_ERR_BADLAYOUT: number = 12;
export const FDT_ERR_INTERNAL: number = 13;
export const FDT_ERR_BADNCELLS: number = 14;
export const FDT_ERR_BADVALUE: number = 15;
export const FDT_ERR_BADOVERLAY: number = 16;
export const FDT_ERR_NOPHANDLES: number = 17;
export const FDT_ERR_BADFLAGS: number = 18;
export const FDT_ERR_ALIGNMENT: number = 19;
