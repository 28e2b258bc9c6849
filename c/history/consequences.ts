// What a kernel does that finds a version it does not know. From kho_populate() and
// luo_early_startup() in kernel/liveupdate/, mm/memfd_luo.c and mm/memblock.c of Linux 7.3.

/** By the part of a compatible before `-v`, or the name of the macro. */
const ON_UNKNOWN_VERSION: Readonly<Record<string, string>> = {
  kho: 'then starts as if nothing had been handed over',
  luo: 'then refuses to start',
  memfd: 'then fails to take the file back',
  memblock: 'then reserves the region anew',
  'reserve-mem': 'then reserves the region anew',
  KHO_KEXEC_METADATA_VERSION: 'then goes without it',
};

/** A clause about a kernel that does not know a version; empty where it is not known here. */
export function consequenceOf(name: string, text: string): string {
  const family = /^"(.*)-v\d+"$/.exec(text)?.[1];
  return ON_UNKNOWN_VERSION[family ?? name] ?? '';
}
