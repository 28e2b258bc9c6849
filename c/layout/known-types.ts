// Names that every kernel source has from headers that are not read: their types and macros on a
// 64-bit kernel, written down once, as facts.
import type { SourceFile } from '../../fdt/index.ts';
import type { CType, IntegerType } from './ctype.ts';

const integer = (bytes: number, isSigned: boolean, what?: IntegerType['what']): IntegerType => ({
  kind: 'integer',
  bytes,
  isSigned,
  ...(what === undefined ? {} : { what }),
});

const U8: IntegerType = integer(1, false);
const U16: IntegerType = integer(2, false);
const U32: IntegerType = integer(4, false);
const U64: IntegerType = integer(8, false);
const S32: IntegerType = integer(4, true);
const S64: IntegerType = integer(8, true);

/** Types by the name they are used with, on LP64. */
export const KNOWN_TYPES: ReadonlyMap<string, CType> = new Map<string, CType>([
  ...named(U8, 'u8 __u8 uint8_t __le8 u_int8_t'),
  ...named(integer(1, true), 's8 __s8 int8_t'),
  ...named(U16, 'u16 __u16 uint16_t __le16 umode_t u_int16_t __sum16'),
  ...named(integer(2, true), 's16 __s16 int16_t'),
  ...named(U32, 'u32 __u32 uint32_t __le32 gfp_t fmode_t uid_t gid_t dev_t u_int32_t'),
  ...named(S32, 's32 __s32 int32_t pid_t clockid_t'),
  ...named(U64, 'u64 __u64 uint64_t __le64 phys_addr_t dma_addr_t resource_size_t sector_t'),
  ...named(U64, 'blkcnt_t size_t __kernel_size_t pgoff_t uintptr_t ino_t __kernel_ulong_t'),
  ...named(S64, 's64 __s64 int64_t loff_t ssize_t ktime_t time64_t ptrdiff_t intptr_t off_t'),
  ...named(integer(2, false, 'big-endian'), '__be16'),
  ...named(integer(4, false, 'big-endian'), '__be32 __wsum fdt32_t'),
  ...named(integer(8, false, 'big-endian'), '__be64 fdt64_t'),
  ...named(integer(1, false, 'bool'), 'bool _Bool'),
  ...['u64', 'be64', 'le64'].map((name): [string, CType] => [
    `__aligned_${name}`,
    {
      kind: 'aligned',
      of: name === 'be64' ? integer(8, false, 'big-endian') : U64,
      alignBytes: 8,
    },
  ]),
  ...named({ kind: 'aligned', of: U64, alignBytes: 4 }, 'compat_u64'),
  ...named(integer(16, false), 'u128 __u128 __uint128_t'),
  ...named(integer(16, true), 's128 __s128 __int128_t'),
  ...named({ kind: 'array', of: U8, count: 16 }, 'uuid_t guid_t'),
]);

function named(type: CType, names: string): [string, CType][] {
  return names.split(' ').map((name) => [name, type]);
}

/** Headers whose names are known here, so that nothing is missing where they are not read. */
const BUILT_IN_HEADERS: ReadonlySet<string> = new Set([
  ...['align', 'array_size', 'bitmap', 'bits', 'build_bug', 'compiler', 'compiler_types'].map(
    linux,
  ),
  ...['const', 'kernel', 'limits', 'log2', 'math', 'minmax', 'mm', 'sizes', 'stddef'].map(linux),
  ...['stringify', 'swab', 'types', 'utsname'].map(linux),
  ...['uapi/linux/const.h', 'uapi/linux/stddef.h', 'uapi/linux/types.h', 'asm/bitsperlong.h'],
  ...['asm/page.h', 'vdso/bits.h', 'vdso/const.h', 'vdso/limits.h', 'stdbool.h', 'stddef.h'],
  ...['stdint.h'],
]);

export function isBuiltInHeader(path: string): boolean {
  return BUILT_IN_HEADERS.has(path);
}

function linux(name: string): string {
  return `linux/${name}.h`;
}

/** Macros of those headers that can occur in a layout, for pages of `pageBytes`. */
export function knownMacros(pageBytes: number): SourceFile {
  const text = `${MACROS}\n#define PAGE_SHIFT ${Math.log2(pageBytes)}\n`;
  return { path: '<built in>', text };
}

const SIZES = Array.from({ length: 30 }, (_, log): string => {
  const unit = ['', 'K', 'M'][Math.floor(log / 10)] as string;
  return `#define SZ_${2 ** (log % 10)}${unit} ${2 ** log}`;
}).join('\n');

const MACROS = `
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(n) ALIGN(n, PAGE_SIZE)
#define BITS_PER_BYTE 8
#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define __BITS_PER_LONG 64
#define CHAR_BIT 8
#define BITS_PER_TYPE(type) (sizeof(type) * 8)
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, 64)
#define BITS_TO_U64(n) DIV_ROUND_UP(n, 64)
#define BITS_TO_U32(n) DIV_ROUND_UP(n, 32)
#define BITS_TO_BYTES(n) DIV_ROUND_UP(n, 8)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) (((unsigned long long)(n) + (d) - 1) / (d))
#define __KERNEL_DIV_ROUND_UP(n, d) DIV_ROUND_UP(n, d)
#define ALIGN(n, a) (((n) + ((a) - 1)) & ~((unsigned long)(a) - 1))
#define ALIGN_DOWN(n, a) ((n) & ~((unsigned long)(a) - 1))
#define round_up(n, a) ALIGN(n, a)
#define round_down(n, a) ALIGN_DOWN(n, a)
#define roundup(n, a) ((((n) + (a) - 1) / (a)) * (a))
#define rounddown(n, a) (((n) / (a)) * (a))
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define _BITUL(n) (1UL << (n))
#define _BITULL(n) (1ULL << (n))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define UL(n) _AC(n, UL)
#define ULL(n) _AC(n, ULL)
#define _AC(n, suffix) n##suffix
#define _UL(n) _AC(n, UL)
#define _ULL(n) _AC(n, ULL)
#define U8_MAX 255
#define U16_MAX 65535
#define U32_MAX 4294967295U
#define INT_MAX 2147483647
#define UINT_MAX 4294967295U
#define S32_MAX 2147483647
#define PATH_MAX 4096
#define NAME_MAX 255
#define TASK_COMM_LEN 16
#define UUID_SIZE 16
#define __NEW_UTS_LEN 64
#define __OLD_UTS_LEN 8
#define ETH_ALEN 6
#define IFNAMSIZ 16
${SIZES}
#define SZ_1G 1073741824
#define SZ_2G 2147483648
#define SZ_4G 4294967296ULL
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __aligned_largest __attribute__((aligned))
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define DECLARE_FLEX_ARRAY(type, name) struct { struct { } __empty_##name; type name[]; }
#define __DECLARE_FLEX_ARRAY(type, name) DECLARE_FLEX_ARRAY(type, name)
#define struct_group(name, members...) __struct_group(, name, , members)
#define struct_group_attr(name, attributes, members...) __struct_group(, name, attributes, members)
#define struct_group_tagged(tag, name, members...) __struct_group(tag, name, , members)
#define __struct_group(tag, name, attributes, members...) \\
  union { struct { members } attributes; struct tag { members } attributes name; } attributes
#define __user
#define __iomem
#define __rcu
#define __percpu
#define __force
#define __bitwise
#define __private
#define __kernel
#define __nonstring
#define __maybe_unused
#define __always_unused
#define __read_mostly
#define __ro_after_init
#define __init
#define __initdata
#define __exit
#define __must_check
#define __deprecated
#define __designated_init
#define __no_randomize_layout
#define __counted_by(n)
#define __counted_by_le(n)
#define __counted_by_be(n)
#define __counted_by_ptr(n)
#define __guarded_by(...)
#define __printf(a, b)
#define noinline
#define __always_inline inline
#define asmlinkage
`;
