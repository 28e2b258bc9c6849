import type { ApiHistory } from './api-history.ts';

/** What the Live Update Orchestrator asks of drivers with files: include/linux/liveupdate.h. */
export const LIVE_UPDATE_API: readonly ApiHistory[] = [
  {
    name: 'liveupdate_enabled',
    versions: [
      {
        releases: ['6.19..'],
        signature: 'bool liveupdate_enabled(void)',
        description: 'True unless live updates are off',
        errors: [],
      },
    ],
  },
  {
    name: 'liveupdate_register_file_handler',
    versions: [
      {
        releases: ['6.19..7.0'],
        signature: 'int liveupdate_register_file_handler(struct liveupdate_file_handler *fh)',
        description: 'Preserves files of one kind; while no session is open',
        errors: ['-EOPNOTSUPP', '-EINVAL', '-EBUSY', '-EEXIST', '-EAGAIN'],
      },
      {
        releases: ['7.1..'],
        signature: 'int liveupdate_register_file_handler(struct liveupdate_file_handler *fh)',
        description: 'Preserves files of one kind',
        errors: ['-EOPNOTSUPP', '-EINVAL', '-EEXIST'],
      },
    ],
  },
  {
    name: 'liveupdate_unregister_file_handler',
    versions: [
      {
        releases: ['6.19..7.0'],
        signature: 'int liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh)',
        description: 'Ends what liveupdate_register_file_handler began; while no session is open',
        errors: ['-EOPNOTSUPP', '-EBUSY'],
      },
      {
        releases: ['7.1..'],
        signature: 'void liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh)',
        description: 'Ends what liveupdate_register_file_handler began',
        errors: [],
      },
    ],
  },
  {
    name: 'liveupdate_register_flb',
    versions: [
      {
        releases: ['7.0..'],
        signature:
          'int liveupdate_register_flb(struct liveupdate_file_handler *fh, ' +
          'struct liveupdate_flb *flb)',
        description: 'Ties state that files share to the files of a handler',
        errors: ['-EOPNOTSUPP', '-EINVAL', '-ENOMEM', '-EEXIST', '-ENOSPC'],
      },
    ],
  },
  {
    name: 'liveupdate_unregister_flb',
    versions: [
      {
        releases: ['7.0..'],
        signature:
          'void liveupdate_unregister_flb(struct liveupdate_file_handler *fh, ' +
          'struct liveupdate_flb *flb)',
        description: 'Ends what liveupdate_register_flb began',
        errors: [],
      },
    ],
  },
  {
    name: 'liveupdate_flb_get_incoming',
    versions: [
      {
        releases: ['7.0..'],
        signature: 'int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp)',
        description: 'The object that was handed over, retrieved the first time',
        errors: ['-EOPNOTSUPP', '-ENODATA', '-ENOENT'],
      },
    ],
  },
  {
    name: 'liveupdate_flb_put_incoming',
    versions: [
      {
        releases: ['7.2..'],
        signature: 'void liveupdate_flb_put_incoming(struct liveupdate_flb *flb)',
        description: 'Drops what liveupdate_flb_get_incoming gave',
        errors: [],
      },
    ],
  },
  {
    name: 'liveupdate_flb_get_outgoing',
    versions: [
      {
        releases: ['7.0..'],
        signature: 'int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp)',
        description: 'The object that preserve() made, if a file is preserved',
        errors: ['-EOPNOTSUPP', '-ENOENT'],
      },
    ],
  },
  {
    name: 'liveupdate_flb_put_outgoing',
    versions: [
      {
        releases: ['7.2..'],
        signature: 'void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb)',
        description: 'Drops what liveupdate_flb_get_outgoing gave',
        errors: [],
      },
    ],
  },
];
