// The structs that users of KHO fill in or read: their members, and the names that go with them.

export interface KnownMember {
  readonly name: string;
  /** As C declares it. */
  readonly declaration: string;
  readonly description: string;
  /** Registering fails without it. */
  readonly isRequired?: boolean;
}

export interface KnownStruct {
  readonly name: string;
  readonly header: string;
  /** Ranges as isInReleases() takes them. */
  readonly releases: readonly string[];
  readonly members: readonly KnownMember[];
}

const LIVEUPDATE = { header: 'linux/liveupdate.h', releases: ['6.19..'] } as const;
const SHARED = { header: 'linux/liveupdate.h', releases: ['7.0..'] } as const;
const FILE_ARGS = 'struct liveupdate_file_op_args *args';
const FLB_ARGS = 'struct liveupdate_flb_op_args *argp';

export const KNOWN_STRUCTS: readonly KnownStruct[] = [
  {
    ...LIVEUPDATE,
    name: 'liveupdate_file_ops',
    members: [
      {
        name: 'can_preserve',
        declaration:
          'bool (*can_preserve)(struct liveupdate_file_handler *handler, struct file *file)',
        description: 'Whether this handler is the one for a file',
        isRequired: true,
      },
      {
        name: 'preserve',
        declaration: `int (*preserve)(${FILE_ARGS})`,
        description: 'Preserves a file and sets serialized_data; undoes itself if it fails',
        isRequired: true,
      },
      {
        name: 'unpreserve',
        declaration: `void (*unpreserve)(${FILE_ARGS})`,
        description: 'Undoes preserve, when the session is given up',
        isRequired: true,
      },
      {
        name: 'freeze',
        declaration: `int (*freeze)(${FILE_ARGS})`,
        description: 'The last chance to write, just before the jump; undoes itself if it fails',
      },
      {
        name: 'unfreeze',
        declaration: `void (*unfreeze)(${FILE_ARGS})`,
        description: 'Undoes freeze, when the jump did not come',
      },
      {
        name: 'retrieve',
        declaration: `int (*retrieve)(${FILE_ARGS})`,
        description: 'In the next kernel: makes the file anew; called once, whatever it returns',
        isRequired: true,
      },
      {
        name: 'can_finish',
        declaration: `bool (*can_finish)(${FILE_ARGS})`,
        description: 'Whether the session may finish now',
      },
      {
        name: 'finish',
        declaration: `void (*finish)(${FILE_ARGS})`,
        description: 'Frees what retrieve did not take; retrieve_status says how that went',
        isRequired: true,
      },
      {
        name: 'get_id',
        declaration: 'unsigned long (*get_id)(struct file *file)',
        description: 'What tells files of this kind apart; the address of the file if absent',
      },
      {
        name: 'owner',
        declaration: 'struct module *owner',
        description: 'The module that must stay while files are preserved: THIS_MODULE',
      },
    ],
  },
  {
    ...LIVEUPDATE,
    name: 'liveupdate_file_op_args',
    members: [
      {
        name: 'handler',
        declaration: 'struct liveupdate_file_handler *handler',
        description: 'The handler that is called',
      },
      {
        name: 'retrieve_status',
        declaration: 'int retrieve_status',
        description: '0 if retrieve was not called, 1 if it succeeded, else its error',
      },
      {
        name: 'file',
        declaration: 'struct file *file',
        description: 'The file; retrieve sets it',
      },
      {
        name: 'serialized_data',
        declaration: 'u64 serialized_data',
        description: 'What is handed over for the file: mostly a physical address',
      },
      {
        name: 'private_data',
        declaration: 'void *private_data',
        description: 'The handler’s own, in this kernel only',
      },
    ],
  },
  {
    ...LIVEUPDATE,
    name: 'liveupdate_file_handler',
    members: [
      {
        name: 'ops',
        declaration: 'const struct liveupdate_file_ops *ops',
        description: 'What is called for files of this kind',
        isRequired: true,
      },
      {
        name: 'compatible',
        declaration: 'const char compatible[LIVEUPDATE_HNDL_COMPAT_LENGTH]',
        description: 'Names the kind and its format: 47 characters, and a new one for a new format',
        isRequired: true,
      },
    ],
  },
  {
    ...SHARED,
    name: 'liveupdate_flb_ops',
    members: [
      {
        name: 'preserve',
        declaration: `int (*preserve)(${FLB_ARGS})`,
        description: 'Preserves the shared data when the first file needs it',
        isRequired: true,
      },
      {
        name: 'unpreserve',
        declaration: `void (*unpreserve)(${FLB_ARGS})`,
        description: 'Undoes preserve when the last file goes',
        isRequired: true,
      },
      {
        name: 'retrieve',
        declaration: `int (*retrieve)(${FLB_ARGS})`,
        description: 'In the next kernel: takes the shared data over',
        isRequired: true,
      },
      {
        name: 'finish',
        declaration: `void (*finish)(${FLB_ARGS})`,
        description: 'Frees the shared data when no file needs it any more',
        isRequired: true,
      },
      {
        name: 'owner',
        declaration: 'struct module *owner',
        description: 'The module that must stay while data is preserved: THIS_MODULE',
      },
    ],
  },
  {
    ...SHARED,
    name: 'liveupdate_flb_op_args',
    members: [
      {
        name: 'flb',
        declaration: 'struct liveupdate_flb *flb',
        description: 'The shared data that is meant',
      },
      {
        name: 'data',
        declaration: 'u64 data',
        description: 'What is handed over: a physical address or any number',
      },
      {
        name: 'obj',
        declaration: 'void *obj',
        description: 'The object in this kernel; retrieve sets it',
      },
    ],
  },
  {
    header: 'linux/kho/abi/kexec_handover.h',
    releases: ['6.18..'],
    name: 'kho_vmalloc',
    members: [
      {
        name: 'first',
        declaration: 'DECLARE_KHOSER_PTR(first, struct kho_vmalloc_chunk *)',
        description: 'The first page of addresses; kho_preserve_vmalloc() sets it',
      },
      {
        name: 'total_pages',
        declaration: 'unsigned int total_pages',
        description: 'Pages of the area',
      },
      {
        name: 'flags',
        declaration: 'unsigned short flags',
        description: 'How the area is mapped',
      },
      {
        name: 'order',
        declaration: 'unsigned short order',
        description: 'Order of the blocks the area is made of',
      },
    ],
  },
];

/** A macro or constant that goes with the calls. */
export interface KnownWord {
  readonly name: string;
  /** With parameters, for a macro that takes some. */
  readonly signature: string;
  readonly description: string;
  readonly releases: readonly string[];
  readonly header: string;
}

export const KNOWN_WORDS: readonly KnownWord[] = [
  {
    name: 'KHOSER_STORE_PTR',
    signature: 'KHOSER_STORE_PTR(dest, val)',
    description: 'Stores the physical address of what val points to',
    releases: ['6.16..'],
    header: 'linux/kho/abi/kexec_handover.h',
  },
  {
    name: 'KHOSER_LOAD_PTR',
    signature: 'KHOSER_LOAD_PTR(src)',
    description: 'The pointer to what KHOSER_STORE_PTR() stored; NULL for 0',
    releases: ['6.16..'],
    header: 'linux/kho/abi/kexec_handover.h',
  },
  {
    name: 'DECLARE_KHOSER_PTR',
    signature: 'DECLARE_KHOSER_PTR(name, type)',
    description: 'Declares a member that holds a physical address and knows the type behind it',
    releases: ['6.16..'],
    header: 'linux/kho/abi/kexec_handover.h',
  },
  {
    name: 'KEXEC_KHO_FINALIZE',
    signature: 'KEXEC_KHO_FINALIZE',
    description: 'Event of a notifier: add your subtree now',
    releases: ['6.16..6.18'],
    header: 'linux/kexec_handover.h',
  },
  {
    name: 'KEXEC_KHO_DUMP',
    signature: 'KEXEC_KHO_DUMP',
    description: 'Event of a notifier: write your node into the FDT now',
    releases: ['seed..v4'],
    header: 'linux/kexec.h',
  },
  {
    name: 'KEXEC_KHO_ABORT',
    signature: 'KEXEC_KHO_ABORT',
    description: 'Event of a notifier: all is undone, also if your first event never came',
    releases: ['seed..6.18'],
    header: 'linux/kexec_handover.h',
  },
];
