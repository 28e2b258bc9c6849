// Functions that the Live Update Orchestrator and its users call, beside those of drivers.
import type { ApiHistory, ApiVersion } from '../../kho/index.ts';

function since(release: string, signature: string, description: string): ApiHistory {
  const version: ApiVersion = {
    releases: [`${release}..`],
    signature,
    description,
    errors: [],
  };
  const name = /(\w+)\(/.exec(signature)?.[1] ?? signature;
  return { name, versions: [version] };
}

/** include/linux/liveupdate.h and include/linux/kho_block.h. */
export const MORE_HISTORY: readonly ApiHistory[] = [
  since(
    '7.0',
    'int liveupdate_register_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb)',
    'Preserves data that files of a handler share, as long as one of them is preserved',
  ),
  since(
    '7.0',
    'void liveupdate_unregister_flb(struct liveupdate_file_handler *fh, ' +
      'struct liveupdate_flb *flb)',
    'Ends what liveupdate_register_flb began',
  ),
  since(
    '7.0',
    'int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp)',
    'The object that was retrieved of the previous kernel',
  ),
  since(
    '7.0',
    'int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp)',
    'The object that is preserved for the next kernel; -ENOENT if no file needs it',
  ),
  since(
    '7.2',
    'int kho_block_set_grow(struct kho_block_set *bs, u64 count)',
    'Makes room for count entries, in blocks that are preserved',
  ),
  since(
    '7.2',
    'void kho_block_set_shrink(struct kho_block_set *bs, u64 count)',
    'Frees the last blocks that count entries do not need',
  ),
  since(
    '7.2',
    'int kho_block_set_restore(struct kho_block_set *bs, u64 head_pa)',
    'Takes over the blocks of the previous kernel; frees them all if one is malformed',
  ),
  since(
    '7.2',
    'void kho_block_set_destroy(struct kho_block_set *bs)',
    'Frees every block, with its preservation',
  ),
];
