// The part of libfdt that users of KHO call: scripts/dtc/libfdt in the kernel's source.
import type { Failure, KnownFunction } from './contract.ts';

const FILES = { header: 'linux/libfdt.h', source: 'scripts/dtc/libfdt' } as const;

const SEQUENTIAL = 'In order: create, finish_reservemap, nodes and properties, finish';
const ALIGNMENT = 'A value is aligned to 4 bytes only: read a u64 with get_unaligned() or memcpy()';

function fdt(
  fails: Failure,
  signature: string,
  description: string,
  more: Pick<KnownFunction, 'mustCheck' | 'notes' | 'source'> | object = {},
): KnownFunction {
  const name = /(\w+)\(/.exec(signature)?.[1] ?? signature;
  return { ...FILES, name, signature, description, fails, ...more };
}

const MUST = { mustCheck: true } as const;
const WRITES = { mustCheck: true, notes: [SEQUENTIAL] } as const;

export const LIBFDT: readonly KnownFunction[] = [
  fdt('fdt', 'int fdt_create(void *buf, int bufsize)', 'Begins an FDT in a buffer', WRITES),
  fdt('fdt', 'int fdt_finish_reservemap(void *fdt)', 'Ends the map of reserved memory', WRITES),
  fdt('fdt', 'int fdt_begin_node(void *fdt, const char *name)', 'Begins a node', WRITES),
  fdt('fdt', 'int fdt_end_node(void *fdt)', 'Ends the node begun last', WRITES),
  fdt('fdt', 'int fdt_finish(void *fdt)', 'Ends the FDT, which can be read from then on', WRITES),
  fdt(
    'fdt',
    'int fdt_property(void *fdt, const char *name, const void *val, int len)',
    'Writes a property of the node begun last, its bytes as they are',
    WRITES,
  ),
  fdt(
    'fdt',
    'int fdt_property_string(void *fdt, const char *name, const char *str)',
    'Writes a property that is a string with its NUL',
    WRITES,
  ),
  fdt(
    'fdt',
    'int fdt_property_u32(void *fdt, const char *name, uint32_t val)',
    'Writes a property of four bytes, most significant first',
    WRITES,
  ),
  fdt(
    'fdt',
    'int fdt_property_u64(void *fdt, const char *name, uint64_t val)',
    'Writes a property of eight bytes, most significant first; values of KHO are native',
    WRITES,
  ),
  fdt(
    'fdt',
    'int fdt_property_placeholder(void *fdt, const char *name, int len, void **valp)',
    'Writes a property whose value is filled in later',
    WRITES,
  ),
  fdt(
    'fdt',
    'int fdt_open_into(const void *fdt, void *buf, int bufsize)',
    'Moves an FDT into a buffer with room to change it',
    MUST,
  ),
  fdt('fdt', 'int fdt_pack(void *fdt)', 'Gives back the room that changes did not need'),
  fdt(
    'fdt-offset',
    'int fdt_add_subnode(void *fdt, int parentoffset, const char *name)',
    'Adds a node and returns its offset',
    MUST,
  ),
  fdt('fdt', 'int fdt_del_node(void *fdt, int nodeoffset)', 'Deletes a node and all below it'),
  fdt(
    'fdt',
    'int fdt_setprop(void *fdt, int nodeoffset, const char *name, const void *val, int len)',
    'Sets a property, its bytes as they are',
    MUST,
  ),
  fdt(
    'fdt',
    'int fdt_setprop_string(void *fdt, int nodeoffset, const char *name, const char *str)',
    'Sets a property to a string with its NUL',
    MUST,
  ),
  fdt(
    'fdt',
    'int fdt_setprop_u32(void *fdt, int nodeoffset, const char *name, uint32_t val)',
    'Sets a property to four bytes, most significant first',
    MUST,
  ),
  fdt(
    'fdt',
    'int fdt_setprop_u64(void *fdt, int nodeoffset, const char *name, uint64_t val)',
    'Sets a property to eight bytes, most significant first; values of KHO are native',
    MUST,
  ),
  fdt(
    'fdt',
    'int fdt_appendprop(void *fdt, int nodeoffset, const char *name, const void *val, int len)',
    'Adds bytes to the end of a property',
    MUST,
  ),
  fdt(
    'fdt',
    'int fdt_check_header(const void *fdt)',
    'Whether this is an FDT that can be read',
    MUST,
  ),
  fdt('never', 'uint32_t fdt_totalsize(const void *fdt)', 'The size of an FDT in bytes'),
  fdt(
    'fdt-offset',
    'int fdt_path_offset(const void *fdt, const char *path)',
    'The offset of the node with a path; that of the root is 0',
  ),
  fdt(
    'fdt-offset',
    'int fdt_subnode_offset(const void *fdt, int parentoffset, const char *name)',
    'The offset of a child; `name` also finds `name@…`',
  ),
  fdt(
    'fdt-offset',
    'int fdt_first_subnode(const void *fdt, int offset)',
    'The offset of the first child',
  ),
  fdt(
    'fdt-offset',
    'int fdt_next_subnode(const void *fdt, int offset)',
    'The offset of the next child of the same parent',
  ),
  fdt(
    'fdt',
    'int fdt_node_check_compatible(const void *fdt, int nodeoffset, const char *compatible)',
    '0 if the node has the compatible, 1 if it has not',
    MUST,
  ),
  fdt(
    'null',
    'const void *fdt_getprop(const void *fdt, int nodeoffset, const char *name, int *lenp)',
    'The value of a property and its length',
    { mustCheck: true, notes: ['Compare the length before reading', ALIGNMENT] },
  ),
  fdt(
    'null',
    'const char *fdt_get_name(const void *fdt, int nodeoffset, int *lenp)',
    'The name of a node',
  ),
];
