// The functions of the header: what a driver calls, in the shape that the release has for it.
import { checkName, checks } from './c-check-code.ts';
import type { CFunction } from './c-function.ts';
import { kernelDoc } from './c-header.ts';
import { releaseFunction, releaseName, stateParameter } from './c-memory-code.ts';
import {
  type CModel,
  type CNode,
  isUnbounded,
  ownsMemory,
  preservesMemory,
  restoresMemory,
  unpreservesMemory,
} from './c-model.ts';
import { readName } from './c-read-code.ts';
import { writeName } from './c-write-code.ts';

/** A function of the header. */
export interface CEntry extends CFunction {
  readonly doc: readonly string[];
}

/** What the C file has for drivers to call, in the order of the file. */
export function entryFunctions(model: CModel): readonly CEntry[] {
  return [
    ...serializers(model),
    ...(ownsMemory(model.root) ? [release(model)] : []),
    deserializer(model),
  ];
}

/** Static functions that entries call besides those of their nodes. */
export function buildFunction({ root, shape }: CModel): CFunction | undefined {
  if (shape.kind === 'node') return undefined;
  return {
    head: `static int ${root.calls}_build(void *fdt, int size, const ${stateParameter(root)})`,
    locals: ['int err'],
    body: [
      '\terr = fdt_create(fdt, size);',
      '\terr = err ?: fdt_finish_reservemap(fdt);',
      `\terr = err ?: ${writeName(root)}(fdt, ${rootName(root)}state);`,
      '\terr = err ?: fdt_finish(fdt);',
      '',
      '\treturn err;',
    ],
  };
}

function rootName({ nodeName }: CNode): string {
  return nodeName === undefined ? '' : '"", ';
}

function serializers(model: CModel): readonly CEntry[] {
  switch (model.shape.kind) {
    case 'node':
      return [nodeSerializer(model), ...unserializer(model), ...notifier(model)];
    case 'buffer':
      return [bufferSerializer(model), ...unserializer(model)];
    case 'blob':
      return [blobSerializer(model), ...unserializer(model)];
  }
}

/** Checking and preserving, which come before anything is written. */
function prepare(root: CNode, failed: string): readonly string[] {
  return [
    ...(checks(root) ? [`\terr = ${checkName(root)}(state);`, '\tif (err)', `\t\t${failed}`] : []),
    ...(preservesMemory(root)
      ? [`\terr = ${root.calls}_preserve(state);`, '\tif (err)', `\t\t${failed}`]
      : []),
  ];
}

function undoPreserve(root: CNode): readonly string[] {
  return unpreservesMemory(root) ? [`\t${root.calls}_unpreserve(state);`] : [];
}

/** Writing with `call`, and undoing what was preserved if it fails. */
function writeOrUndo(root: CNode, call: string): readonly string[] {
  const undo = undoPreserve(root);
  return [
    `\terr = ${call};`,
    ...(undo.length === 0
      ? ['\tif (err)', `\t\treturn ${WRITE_ERROR};`]
      : ['\tif (err) {', `\t\terr = ${WRITE_ERROR};`, '\t\tgoto err_unpreserve;', '\t}']),
    '',
    '\treturn 0;',
    ...(undo.length === 0 ? [] : ['', 'err_unpreserve:', ...undo, '\treturn err;']),
  ];
}

/** What libfdt's error becomes. */
const WRITE_ERROR = 'err == -FDT_ERR_NOSPACE ? -ENOSPC : -EINVAL';

const REFUSED = 'Return: 0, -EINVAL for a state that the binding does not admit';
const NOT_PRESERVED = '; or what preserving the memory returned, with nothing preserved';

function stateDoc(root: CNode): readonly [string, string] {
  const noted = '; how the next kernel finds its memory is noted in it';
  return ['state', `what to hand over${preservesMemory(root) ? noted : ''}`];
}

function nodeSerializer({ root, binding }: CModel): CEntry {
  const name = root.nodeName === undefined ? '' : `, ${root.macro}_NODE`;
  return {
    head: `int ${root.calls}_serialize(void *fdt, ${stateParameter(root)})`,
    locals: ['int err'],
    body: [
      ...prepare(root, 'return err;'),
      ...writeOrUndo(root, `${writeName(root)}(fdt${name}, state)`),
    ],
    doc: kernelDoc(
      `${root.calls}_serialize() - write a node as ${binding.id} describes it`,
      [['fdt', 'FDT that is being written, in the node that is to hold this one'], stateDoc(root)],
      [`${REFUSED}, or -ENOSPC if @fdt is full${preservesMemory(root) ? NOT_PRESERVED : ''}.`],
    ),
  };
}

function bufferSerializer({ root, binding }: CModel): CEntry {
  return {
    head: `int ${root.calls}_serialize(void *fdt, int size, ${stateParameter(root)})`,
    locals: ['int err'],
    body: [
      ...prepare(root, 'return err;'),
      ...writeOrUndo(root, `${root.calls}_build(fdt, size, state)`),
    ],
    doc: kernelDoc(
      `${root.calls}_serialize() - write an FDT as ${binding.id} describes it`,
      [['fdt', 'where to write it'], ['size', 'bytes that it may have'], stateDoc(root)],
      [`${REFUSED}, or -ENOSPC if @size is too small.`],
    ),
  };
}

function blobSerializer({ root, binding, shape }: CModel): CEntry {
  const isFolio = shape.kind === 'blob' && shape.memory === 'folio';
  const grows = isUnbounded(root);
  const free = isFolio ? 'folio_put(folio);' : 'kho_unpreserve_free(fdt);';
  const undo = undoPreserve(root);
  const failed = (error: string): readonly string[] =>
    undo.length === 0
      ? [`\t\treturn ${error};`]
      : [`\t\terr = ${isFolio ? '-ENOMEM' : 'PTR_ERR(fdt)'};`, '\t\tgoto err_unpreserve;'];
  const allocate = isFolio
    ? [
        '\tfolio = folio_alloc(GFP_KERNEL | __GFP_ZERO, get_order(size));',
        ...ifFailed('!folio', failed('ERR_PTR(-ENOMEM)')),
        '\tfdt = folio_address(folio);',
      ]
    : ['\tfdt = kho_alloc_preserve(size);', ...ifFailed('IS_ERR(fdt)', failed('fdt'))];
  return {
    head: `void *${root.calls}_serialize(${stateParameter(root)})`,
    locals: ['size_t size = PAGE_SIZE', 'struct folio *folio', 'void *fdt', 'int err'],
    body: [
      ...prepare(root, 'return ERR_PTR(err);'),
      '',
      ...(grows ? ['retry:'] : []),
      ...allocate,
      `\terr = ${root.calls}_build(fdt, size, state);`,
      ...(grows
        ? [
            '\tif (err == -FDT_ERR_NOSPACE) {',
            `\t\t${free}`,
            '\t\tsize *= 2;',
            '\t\tgoto retry;',
            '\t}',
          ]
        : []),
      '\tif (err) {',
      '\t\terr = -EINVAL;',
      '\t\tgoto err_free_fdt;',
      '\t}',
      ...(isFolio
        ? ['\terr = kho_preserve_folio(folio);', '\tif (err)', '\t\tgoto err_free_fdt;']
        : []),
      '',
      '\treturn fdt;',
      '',
      'err_free_fdt:',
      `\t${free}`,
      ...(undo.length === 0 ? [] : ['err_unpreserve:', ...undo]),
      '\treturn ERR_PTR(err);',
    ],
    doc: kernelDoc(
      `${root.calls}_serialize() - write an FDT as ${binding.id} describes it`,
      [stateDoc(root)],
      [
        isFolio
          ? 'To be called from a notifier, which names the FDT with kho_add_subtree(). Nothing ' +
            'is unpreserved on an error: the abort that follows drops all that was preserved.'
          : `What @state points to must stay until the jump, or ${root.calls}_unserialize(). ` +
            'The FDT is for the caller to name with kho_add_subtree().',
        'Return: the FDT, in memory that is handed over, or an ERR_PTR().',
      ],
    ),
  };
}

function ifFailed(condition: string, lines: readonly string[]): readonly string[] {
  return lines.length === 1
    ? [`\tif (${condition})`, ...lines]
    : [`\tif (${condition}) {`, ...lines, '\t}'];
}

/** What undoes serialize, if that takes anything. */
function unserializer({ root, shape }: CModel): readonly CEntry[] {
  const undo = undoPreserve(root);
  const isBlob = shape.kind === 'blob';
  if (undo.length === 0 && !isBlob) return [];
  const free =
    isBlob && shape.memory === 'folio'
      ? 'folio_put(virt_to_folio(fdt));'
      : 'kho_unpreserve_free(fdt);';
  const parameters = [
    ...(isBlob ? ['void *fdt'] : []),
    ...(undo.length === 0 ? [] : [stateParameter(root)]),
  ];
  const order =
    isBlob && shape.memory === 'folio' ? 'after the abort' : 'after kho_remove_subtree()';
  return [
    {
      head: `void ${root.calls}_unserialize(${parameters.join(', ')})`,
      locals: [],
      body: [...(isBlob ? [`\t${free}`] : []), ...undo],
      doc: kernelDoc(
        `${root.calls}_unserialize() - undo ${root.calls}_serialize()${isBlob ? `, ${order}` : ''}`,
        [
          ...(isBlob ? [['fdt', 'what that returned'] as const] : []),
          ...(undo.length === 0 ? [] : [['state', 'what it was given'] as const]),
        ],
      ),
    },
  ];
}

/** What a notifier of the releases that build one FDT returns. */
function notifier({ root, release: { subtrees } }: CModel): readonly CEntry[] {
  if (subtrees.kind !== 'inline') return [];
  return [
    {
      head: `int ${root.calls}_notify(unsigned long cmd, void *fdt, ${stateParameter(root)})`,
      locals: [],
      body: [
        '\tswitch (cmd) {',
        '\tcase KEXEC_KHO_ABORT:',
        '\t\treturn NOTIFY_DONE;',
        '\tcase KEXEC_KHO_DUMP:',
        `\t\treturn ${root.calls}_serialize(fdt, state) ? NOTIFY_BAD : NOTIFY_DONE;`,
        '\tdefault:',
        '\t\treturn NOTIFY_BAD;',
        '\t}',
      ],
      doc: kernelDoc(
        `${root.calls}_notify() - what a KHO notifier does and returns`,
        [
          ['cmd', 'KEXEC_KHO_DUMP or KEXEC_KHO_ABORT'],
          ['fdt', 'what the notifier was given with it'],
          ['state', 'what to hand over; it must not change before the abort'],
        ],
        ['Return: NOTIFY_DONE, or NOTIFY_BAD, which ends the handover.'],
      ),
    },
  ];
}

function release({ root }: CModel): CEntry {
  return {
    ...releaseFunction(root, true),
    doc: kernelDoc(`${releaseName(root)}() - free what ${root.calls}_deserialize() made`, [
      [
        'state',
        'what it filled in; memory that is to stay is taken out by setting its member to NULL',
      ],
    ]),
  };
}

/** What becomes of the FDT itself. */
const NOT_NEEDED =
  'Nothing in @state points into @fdt, which is for the caller to give back then, with';
const GIVE_BACK = {
  alloc: `${NOT_NEEDED} kho_restore_free().`,
  folio: `${NOT_NEEDED} kho_restore_folio() and folio_put().`,
} as const;

const CHECK_HEADER =
  'size < sizeof(struct fdt_header) || fdt_check_header(fdt) || fdt_totalsize(fdt) > size';

function deserializer({ root, binding, shape }: CModel): CEntry {
  const isFdt = shape.kind !== 'node';
  const hasSize = shape.kind === 'buffer' || (shape.kind === 'blob' && shape.hasSize);
  const owns = ownsMemory(root);
  const failed = owns ? 'goto err_release;' : 'return err;';
  const steps = [
    `${readName(root)}(fdt, ${isFdt ? '0' : 'node'}, state)`,
    ...(checks(root) ? [`${checkName(root)}(state)`] : []),
    ...(restoresMemory(root) ? [`${root.calls}_restore(state)`] : []),
  ];
  const header = hasSize
    ? [`\tif (${CHECK_HEADER})`, '\t\treturn -EINVAL;']
    : ['\tif (fdt_check_header(fdt))', '\t\treturn -EINVAL;'];
  const place = isFdt
    ? hasSize
      ? 'const void *fdt, size_t size'
      : 'const void *fdt'
    : 'const void *fdt, int node';
  return {
    head: `int ${root.calls}_deserialize(${place}, ${stateParameter(root)})`,
    locals: ['int err'],
    body: [
      '\tmemset(state, 0, sizeof(*state));',
      ...(isFdt ? header : []),
      ...steps.flatMap((step) => ['', `\terr = ${step};`, '\tif (err)', `\t\t${failed}`]),
      '',
      '\treturn 0;',
      ...(owns ? ['', 'err_release:', `\t${releaseName(root)}(state);`, '\treturn err;'] : []),
    ],
    doc: kernelDoc(
      `${root.calls}_deserialize() - read what the previous kernel handed over`,
      [
        ['fdt', isFdt ? 'the FDT' : 'the FDT that the node is in'],
        ...(hasSize ? [['size', 'bytes of memory that it has'] as const] : []),
        ...(isFdt ? [] : [['node', 'offset of the node'] as const]),
        ['state', owns ? `filled in, to be released with ${releaseName(root)}()` : 'filled in'],
      ],
      [
        ...(shape.kind === 'blob' ? [GIVE_BACK[shape.memory]] : []),
        ...(binding.onMismatch === '' ? [] : [`If it fails: ${binding.onMismatch}.`]),
        'Return: 0, -EINVAL for anything but what the binding describes, or -ENOMEM; ' +
          'nothing is held then.',
      ],
    ),
  };
}
