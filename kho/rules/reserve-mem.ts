import { type FdtNode, propertyOf } from '../../fdt/index.ts';
import { compatiblesOf } from '../bindings/binding-set.ts';
import { hexText } from '../describe/number.ts';
import { type Rule, type RuleContext, type RuleSet, relatedTo, u64Of } from './rule.ts';

/** reserve_mem_kho_revive() and reserve_mem_add() in mm/memblock.c. */
const RESERVE_MEM_ENTRIES: Rule = {
  name: 'reserve-mem-entries',
  severity: 'error',
  what: 'The regions of reserve_mem= are as many, and named, as the parameter allows',
};

/** RESERVE_MEM_MAX_ENTRIES. */
const MAX_ENTRIES = 8;
/** RESERVE_MEM_NAME_SIZE without the NUL. */
const MAX_NAME_CHARACTERS = 15;

export const RESERVE_MEM_RULES: RuleSet = {
  rules: [RESERVE_MEM_ENTRIES],
  check(context: RuleContext): void {
    const { root } = context.tree;
    if (!compatiblesOf(root).includes('memblock-v1')) return;
    for (const [index, node] of root.children.entries()) {
      if (index === MAX_ENTRIES)
        context.report(
          RESERVE_MEM_ENTRIES,
          node,
          `reserve_mem= takes ${MAX_ENTRIES} regions; nothing asks for this one or those after it`,
        );
      if (node.name.length > MAX_NAME_CHARACTERS)
        context.report(
          RESERVE_MEM_ENTRIES,
          node,
          `reserve_mem= takes names of at most ${MAX_NAME_CHARACTERS} characters; ` +
            `\`${node.name}\` has ${node.name.length} and is never asked for`,
        );
    }
    checkOverlaps(root.children, context);
  },
};

function checkOverlaps(nodes: readonly FdtNode[], context: RuleContext): void {
  const regions = nodes.flatMap((node) => {
    const start = u64Of(node, 'start', context.byteOrder);
    const size = u64Of(node, 'size', context.byteOrder);
    return start === undefined || size === undefined ? [] : [{ node, start, end: start + size }];
  });
  regions.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  for (const [index, region] of regions.entries()) {
    const before = regions[index - 1];
    if (before === undefined || region.start >= before.end) continue;
    context.report(
      RESERVE_MEM_ENTRIES,
      propertyOf(region.node, 'start') ?? region.node,
      `\`${region.node.name}\` at ${hexText(region.start)} overlaps ` +
        `\`${before.node.name}\`, which ends at ${hexText(before.end)}`,
      { related: [relatedTo(before.node, `\`${before.node.name}\` is here`)] },
    );
  }
}
