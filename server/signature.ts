// Which element of a tuple is being typed, as other languages show the parameter of a call.
import type { SignatureHelp } from 'vscode-languageserver/node';
import type { SourceFile } from '../fdt/index.ts';
import {
  type CheckedSource,
  type ElementSchema,
  elementMeaning,
  propertySchema,
  typeText,
} from '../kho/index.ts';
import { typingAt } from './completion-context.ts';
import type { Place } from './locate.ts';

/** Inside `<…>` of a property that has a binding; undefined elsewhere. */
export function signatureAt(
  checked: CheckedSource,
  { text }: SourceFile,
  place: Place,
): SignatureHelp | undefined {
  const typing = typingAt(checked, text, place);
  const node = typing?.enclosing?.node;
  if (typing?.context.kind !== 'cells' || node === undefined) return undefined;
  const { property, index } = typing.context;
  const described = checked.bindings.describe(node);
  const schema = described && propertySchema(described.schema, property);
  if (schema?.type.kind !== 'cells') return undefined;
  const { elements, isArray } = schema.type;
  const parameters = elements.map((element) => labelOf(element, property));
  const label = `${property} = <${parameters.join(' ')}${isArray ? ' …' : ''}>`;
  const active = isArray ? index % elements.length : Math.min(index, elements.length - 1);
  return {
    signatures: [
      {
        label,
        documentation: [typeText(schema.type), schema.description]
          .filter((each) => each !== '')
          .join('. '),
        parameters: elements.map((element, i) => ({
          label: parameters[i] ?? '',
          documentation: elementMeaning(element),
        })),
        activeParameter: active,
      },
    ],
    activeSignature: 0,
    activeParameter: active,
  };
}

function labelOf({ name, bits }: ElementSchema, property: string): string {
  return `${name === '' ? property : name}:u${bits}`;
}
