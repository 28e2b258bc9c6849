// What the next kernel checks of the FDT before it believes in a handover at all.
import { type FdtNode, type Fix, propertyOf } from '../../fdt/index.ts';
import { compatiblesOf } from '../bindings/binding-set.ts';
import { hexText } from '../describe/number.ts';
import { fixed, insertValueFix, replaceFix } from './fixes.ts';
import { type Rule, type RuleContext, type RuleSet, u64Of } from './rule.ts';

/** kho_populate(); fdt_node_check_compatible() takes any string of a list. */
const ROOT_COMPATIBLE: Rule = {
  name: 'root-compatible',
  severity: 'error',
  what: 'The root has the compatible that the release looks for',
};
/** kho_get_mem_map_phys(). */
const MEMORY_MAP_PROPERTY: Rule = {
  name: 'memory-map-property',
  severity: 'error',
  what: 'The root says where the map of the preserved memory is',
};
/** setup_kho() in arch/x86/kernel/kexec-bzimage64.c; the seed's dt_max. */
const FDT_SIZE: Rule = {
  name: 'fdt-size',
  severity: 'error',
  what: 'The FDT is no larger than the kernels have room for',
};

export const ROOT_RULES: RuleSet = {
  rules: [ROOT_COMPATIBLE, MEMORY_MAP_PROPERTY, FDT_SIZE],
  check(context: RuleContext): void {
    if (context.role === 'subtree') return;
    checkSize(context);
    if (context.role !== 'root') return;
    checkCompatible(context);
    checkMemoryMap(context);
  },
};

function checkCompatible(context: RuleContext): void {
  const { release } = context;
  const { root } = context.tree;
  const compatibles = compatiblesOf(root);
  if (compatibles.includes(release.rootCompatible)) return;
  const property = propertyOf(root, 'compatible');
  const is =
    compatibles.length === 0 ? 'has no compatible' : `calls itself \`${compatibles.join('`, `')}\``;
  context.report(
    ROOT_COMPATIBLE,
    property ?? root,
    `the root ${is}; ${release.title} takes only \`${release.rootCompatible}\` and boots ` +
      'without KHO',
    {
      help: `write compatible = "${release.rootCompatible}"; or choose another release`,
      ...compatibleFix(root, release.rootCompatible),
    },
  );
}

function compatibleFix(root: FdtNode, compatible: string): { readonly fixes?: readonly Fix[] } {
  const property = propertyOf(root, 'compatible');
  const value = `"${compatible}"`;
  // There is no other compatible that this release takes, but there are other releases.
  if (property === undefined) return fixed([insertValueFix(root, 'compatible', value, false)]);
  const [piece] = property.pieces;
  if (piece?.kind !== 'string') return {};
  return { fixes: [replaceFix(`Write ${value}`, piece.span, value, false)] };
}

function checkMemoryMap(context: RuleContext): void {
  const { memoryMap } = context.release;
  if (memoryMap.kind === 'mem-properties') return;
  const { root } = context.tree;
  const property = propertyOf(root, memoryMap.property);
  if (property === undefined)
    context.report(
      MEMORY_MAP_PROPERTY,
      root,
      `the root lacks \`${memoryMap.property}\`: the next kernel boots without KHO`,
    );
  else if (
    memoryMap.kind !== 'bitmaps' &&
    u64Of(root, memoryMap.property, context.byteOrder) === 0n
  )
    context.report(
      MEMORY_MAP_PROPERTY,
      property,
      `\`${memoryMap.property}\` is 0: the next kernel boots without KHO`,
    );
}

function checkSize(context: RuleContext): void {
  const { fdtSize } = context.release;
  const limit = fdtSize.kind === 'dt-max' ? fdtSize.defaultBytes : context.pageBytes;
  if (context.blobBytes <= limit) return;
  const has = `the FDT has ${context.blobBytes} bytes`;
  if (fdtSize.kind === 'dt-max')
    context.report(FDT_SIZE, context.tree.root, `${has}; dt_max is ${hexText(limit)} by default`, {
      help: `write at least ${hexText(context.blobBytes)} to /sys/kernel/kho/dt_max`,
    });
  else
    context.report(
      FDT_SIZE,
      context.tree.root,
      `${has}; the root FDT must fit in one page of ${limit} bytes`,
      {
        help: 'put the state of a subsystem into a blob of its own and keep only its address here',
      },
    );
}
