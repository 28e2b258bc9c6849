import { propertySchema } from '../bindings/binding-set.ts';
import { removeFix } from './fixes.ts';
import type { Rule, RuleSet } from './rule.ts';

const DEVICETREE_SEMANTICS: Rule = {
  name: 'devicetree-semantics',
  severity: 'info',
  what: 'No reader of a KHO tree gives #address-cells, reg or ranges a meaning',
};

/** Properties that mean something in a devicetree and nothing here. */
export const DEVICETREE_PROPERTIES: ReadonlySet<string> = new Set([
  '#address-cells',
  '#size-cells',
  'reg',
  'ranges',
]);

export const DEVICETREE_RULES: RuleSet = {
  rules: [DEVICETREE_SEMANTICS],
  checkNode(node, described, context): void {
    for (const property of node.properties) {
      if (!DEVICETREE_PROPERTIES.has(property.name)) continue;
      if (described && propertySchema(described.schema, property.name) !== undefined) continue;
      const removal = removeFix(`Remove ${property.name}`, property);
      context.report(
        DEVICETREE_SEMANTICS,
        property,
        `\`${property.name}\` means nothing in a KHO tree: a value carries its own layout`,
        removal === undefined ? {} : { fixes: [removal] },
      );
    }
  },
};
