// A driver that hands over folios of order 0, one call each, and takes them back in the next
// kernel. One in TAGGED_ONE_IN is written and looked at again.
const NODE = 'folios';
const TAGGED_ONE_IN = 64;
/** Addresses that are put into the list at once. */
const BATCH = 65_536;
const MiB = 1 << 20;

/** Allocates, preserves, and lists `count` folios in a vmalloc area that is handed over, too. */
export function fill(k, count) {
  const list = k.vmalloc(count * 8);
  if (list === 0n) return -12;
  for (let done = 0; done < count; ) {
    const batch = new BigUint64Array(Math.min(BATCH, count - done));
    for (let i = 0; i < batch.length; i++) {
      const folio = k.folioAlloc('GFP_KERNEL', 0);
      if (folio === 0n) return -12;
      if ((done + i) % TAGGED_ONE_IN === 0) k.writeU64(folio, BigInt(done + i));
      const error = k.khoPreserveFolio(folio);
      if (error !== 0) return error;
      batch[i] = k.pa(folio);
    }
    k.write(list + BigInt(done * 8), new Uint8Array(batch.buffer));
    done += batch.length;
  }
  const preservation = k.khoPreserveVmalloc(list);
  if (typeof preservation === 'number') return preservation;
  const blob = k.khoAllocPreserve(k.pageSize);
  let error = k.fdtCreate(blob, k.pageSize);
  error ||= k.fdtBeginNode(blob, '');
  error ||= k.fdtProperty(blob, 'compatible', 'folios-v1');
  error ||= k.fdtProperty(blob, 'list', preservation);
  error ||= k.fdtProperty(blob, 'count', k.u32(count));
  error ||= k.fdtEndNode(blob);
  error ||= k.fdtFinish(blob);
  return error || k.khoAddSubtree(NODE, blob, k.fdtTotalsize(blob));
}

/** Takes every folio back. */
export function init(k) {
  const found = k.khoRetrieveSubtree(NODE);
  if (typeof found === 'number') return 0;
  const blob = k.va(found.phys);
  if (k.fdtNodeCheckCompatible(blob, 0, 'folios-v1') !== 0) return -22;
  const list = k.khoRestoreVmalloc(k.fdtGetprop(blob, 0, 'list'));
  const [count] = k.toU32(k.fdtGetprop(blob, 0, 'count'));
  for (let done = 0; done < count; ) {
    const length = Math.min(BATCH, count - done, MiB);
    const bytes = k.read(list + BigInt(done * 8), length * 8);
    const batch = new BigUint64Array(bytes.buffer, bytes.byteOffset, length);
    for (let i = 0; i < length; i++) {
      const folio = k.khoRestoreFolio(batch[i]);
      if (folio === 0n) return -2;
      if ((done + i) % TAGGED_ONE_IN === 0 && k.readU64(folio) !== BigInt(done + i)) return -5;
    }
    done += length;
  }
  k.vfree(list);
  k.khoRestoreFree(blob);
  k.prInfo(`took back ${count} folios`);
  return 0;
}
