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
];
