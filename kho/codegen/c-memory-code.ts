// Code that preserves the memory of a state, and that takes it back.
import { preserveFolios, releaseFolios, restoreFolios } from './c-folios-code.ts';
import { allOrNothing, type CFunction, type CStep } from './c-function.ts';
import { wireMember } from './c-header.ts';
import {
  type CChild,
  type CField,
  type CNode,
  ownsMemory,
  preservesMemory,
  restoresMemory,
  unpreservesMemory,
} from './c-model.ts';

/** What the state of a node is called in its functions. */
export function stateParameter({ prefix }: CNode): string {
  return `struct ${prefix}_state *state`;
}

/** The functions that preserve and unpreserve; none if there is nothing to preserve. */
export function preserveFunctions(node: CNode): readonly CFunction[] {
  if (!preservesMemory(node)) return [];
  const indices = [...'ijklmn'].values();
  const indexOf = (member: string): string => indices.next().value ?? `${member}_done`;
  const steps = [
    ...node.fields.flatMap((field) => preserveField(field, indexOf)),
    ...node.children
      .filter((child) => preservesMemory(child.node))
      .map((child) => preserveChild(child, indexOf)),
  ];
  const preserve: CFunction = {
    head: `static int ${node.calls}_preserve(${stateParameter(node)})`,
    locals: ['int err', ...steps.flatMap(({ locals }) => locals)],
    body: allOrNothing(steps),
  };
  if (!unpreservesMemory(node)) return [preserve];
  const counters = steps.flatMap(({ locals }) => locals);
  const unpreserve: CFunction = {
    head: `static void ${node.calls}_unpreserve(${stateParameter(node)})`,
    locals: counters,
    body: [...steps].reverse().flatMap(({ undo, index }) => {
      const isCounted =
        index !== undefined && undo.some((line) => line.includes(`(${index.name}--)`));
      return [...(isCounted ? [`\t${index.name} = ${index.count};`] : []), ...undo];
    }),
  };
  return [preserve, unpreserve];
}

function preserveField(field: CField, indexOf: (member: string) => string): readonly CStep[] {
  const { member, memory, isRequired } = field;
  if (memory === undefined || memory.kind === 'claim') return [];
  if (memory.kind === 'folios') return [preserveFolios(field, memory, indexOf(field.member))];
  const state = `state->${member}`;
  const wire = `state->${wireMember(field)}`;
  const calls: Readonly<Record<typeof memory.kind, readonly [string[], string[], string[]]>> = {
    vmalloc: [
      [`err = kho_preserve_vmalloc(${state}, &${wire});`],
      [],
      [`kho_unpreserve_vmalloc(&${wire});`],
    ],
    folio: [
      [`err = kho_preserve_folio(${state});`],
      [`${wire} = PFN_PHYS(folio_pfn(${state}));`],
      [`kho_unpreserve_folio(${state});`],
    ],
    pages: [
      [`err = kho_preserve_pages(${state}, ${pageCount(memory)});`],
      [`${wire} = page_to_phys(${state});`],
      [`kho_unpreserve_pages(${state}, ${pageCount(memory)});`],
    ],
    alloc: [[], [`${wire} = virt_to_phys(${state});`], []],
  };
  const [attempt, note, undo] = calls[memory.kind];
  const unpreserves = 'unpreserves' in memory && memory.unpreserves;
  const tab = isRequired ? '\t' : '\t\t';
  const act: CStep['act'] = (leave) => [
    ...(isRequired ? leave.if(`!${state}`, '\t', '-EINVAL') : [`\tif (${state}) {`]),
    ...attempt.flatMap((line) => [`${tab}${line}`, ...leave.if('err', tab)]),
    ...note.map((line) => `${tab}${line}`),
    ...(isRequired ? [] : ['\t}']),
  ];
  const undone = unpreserves ? undo : [];
  return [
    {
      act,
      undo: isRequired ? undone.map((line) => `\t${line}`) : guarded(state, undone),
      label: `unpreserve_${member}`,
      locals: [],
    },
  ];
}

function guarded(condition: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`\tif (${condition})`, ...lines.map((line) => `\t\t${line}`)];
}

function pageCount(memory: { readonly kind: string }): string {
  const { sizeMember = '' } = memory as { readonly sizeMember?: string };
  return `PFN_UP(state->${sizeMember})`;
}

function preserveChild(
  { node, member, count }: CChild,
  indexOf: (member: string) => string,
): CStep {
  const one = `&state->${member}`;
  const undoes = unpreservesMemory(node);
  const label = `unpreserve_${member}`;
  if (count === 'many') {
    const done = indexOf(member);
    return {
      label,
      locals: [`unsigned int ${done}`],
      index: { name: done, count: `state->nr_${member}` },
      act: (leave) => [
        `\tfor (${done} = 0; ${done} < state->nr_${member}; ${done}++) {`,
        `\t\terr = ${node.calls}_preserve(${one}[${done}]);`,
        ...(undoes ? leave.undoing('err', '\t\t') : leave.if('err', '\t\t')),
        '\t}',
      ],
      undo: undoes ? [`\twhile (${done}--)`, `\t\t${node.calls}_unpreserve(${one}[${done}]);`] : [],
    };
  }
  const isOptional = count === 'optional';
  const call = `${node.calls}_preserve(${one})`;
  const undo = `${node.calls}_unpreserve(${one});`;
  return {
    label,
    locals: [],
    act: (leave) => [
      isOptional ? `\terr = state->has_${member} ? ${call} : 0;` : `\terr = ${call};`,
      ...leave.if('err', '\t'),
    ],
    undo: !undoes ? [] : isOptional ? guarded(`state->has_${member}`, [undo]) : [`\t${undo}`],
  };
}

/** The function that takes memory back, if there is any. Whoever calls it releases on an error. */
export function restoreFunctions(node: CNode): readonly CFunction[] {
  if (!restoresMemory(node)) return [];
  const locals: string[] = [];
  const body = [
    ...node.fields.flatMap((field) => restoreField(field, locals)),
    ...node.children
      .filter((child) => restoresMemory(child.node))
      .flatMap((child) => {
        locals.push('int err');
        return eachChild(child, (one, tab) => [
          `${tab}err = ${child.node.calls}_restore(${one});`,
          `${tab}if (err)`,
          `${tab}\treturn err;`,
        ]);
      }),
    '',
    '\treturn 0;',
  ];
  return [{ head: `static int ${node.calls}_restore(${stateParameter(node)})`, locals, body }];
}

/** Lines for the children that there are. */
export function eachChild(
  { member, count }: CChild,
  lines: (one: string, tab: string) => readonly string[],
): readonly string[] {
  const one = `&state->${member}`;
  switch (count) {
    case 'one':
      return lines(one, '\t');
    case 'optional':
      return block(`if (state->has_${member})`, lines(one, '\t\t'));
    case 'many':
      return block(
        `for (unsigned int i = 0; i < state->nr_${member}; i++)`,
        lines(`${one}[i]`, '\t\t'),
      );
  }
}

/** A statement with braces where it has more than a line. */
export function block(head: string, lines: readonly string[]): readonly string[] {
  return lines.length === 1 ? [`\t${head}`, ...lines] : [`\t${head} {`, ...lines, '\t}'];
}

function restoreField(field: CField, locals: string[]): readonly string[] {
  const { member, memory, isRequired } = field;
  if (memory === undefined) return [];
  const state = `state->${member}`;
  const wire = `state->${wireMember(field)}`;
  const failed = (tab: string): readonly string[] => [
    `${tab}if (!${state})`,
    `${tab}\treturn -EINVAL;`,
  ];
  const tab = isRequired ? '\t' : '\t\t';
  const isThere = memory.kind === 'vmalloc' ? `${wire}.first.phys` : wire;
  const maybe = (lines: readonly string[]): readonly string[] =>
    isRequired ? lines : [`\tif (${isThere}) {`, ...lines, '\t}'];
  switch (memory.kind) {
    case 'vmalloc':
      return maybe([`${tab}${state} = kho_restore_vmalloc(&${wire});`, ...failed(tab)]);
    case 'folio':
      return maybe([`${tab}${state} = kho_restore_folio(${wire});`, ...failed(tab)]);
    case 'pages':
      return maybe([
        `${tab}${state} = kho_restore_pages(${wire}, ${pageCount(memory)});`,
        ...failed(tab),
      ]);
    case 'alloc':
      return isRequired
        ? [`\tif (!${wire})`, '\t\treturn -EINVAL;', `\t${state} = phys_to_virt(${wire});`]
        : [`\tif (${wire})`, `\t\t${state} = phys_to_virt(${wire});`];
    case 'folios':
      locals.push('unsigned int i');
      return restoreFolios(field);
    case 'claim':
      if (field.value.kind === 'struct')
        return [
          `\tif (${isRequired ? '' : `state->has_${member} && `}!kho_claim_mem(&${state}))`,
          '\t\treturn -EINVAL;',
        ];
      locals.push('unsigned int i');
      return [
        `\tfor (i = 0; i < state->nr_${member}; i++)`,
        `\t\tif (!kho_claim_mem(&${state}[i]))`,
        '\t\t\treturn -EINVAL;',
      ];
  }
}

/** The function that frees what was read, and what was taken back. */
export function releaseFunction(node: CNode, isPublic: boolean): CFunction {
  const body = [
    ...node.fields.flatMap(releaseField),
    ...node.children.flatMap((child) => [
      ...(ownsMemory(child.node)
        ? eachChild(child, (one, tab) => [`${tab}${releaseName(child.node)}(${one});`])
        : []),
      ...(child.count === 'many' ? [`\tkfree(state->${child.member});`] : []),
    ]),
    ...(node.nodeName === undefined ? ['\tkfree(state->node_name);'] : []),
    ...(isPublic ? ['\tmemset(state, 0, sizeof(*state));'] : []),
  ];
  const head = `void ${releaseName(node)}(${stateParameter(node)})`;
  return { head: isPublic ? head : `static ${head}`, locals: [], body };
}

/** What releases the state of a node. */
export function releaseName({ calls }: CNode): string {
  return `${calls}_release`;
}

function releaseField(field: CField): readonly string[] {
  const { member, memory, value } = field;
  const state = `state->${member}`;
  switch (memory?.kind) {
    case 'vmalloc':
      return [`\tvfree(${state});`];
    case 'folio':
      return [`\tif (${state})`, `\t\tfolio_put(${state});`];
    case 'folios':
      return releaseFolios(field);
    case 'pages':
      return [
        `\tfor (unsigned long i = 0; ${state} && i < ${pageCount(memory)}; i++)`,
        `\t\tput_page(${state} + i);`,
      ];
    case 'alloc':
      return [`\tkho_restore_free(${state});`];
    case 'claim':
      if (value.kind === 'struct')
        return [`\tif (${state}.addr)`, `\t\tkho_return_mem(&${state});`];
      return [
        `\tfor (unsigned int i = 0; i < state->nr_${member}; i++)`,
        `\t\tkho_return_mem(&${state}[i]);`,
        `\tkfree(${state});`,
      ];
    case undefined:
      return ['string', 'bytes', 'array'].includes(value.kind) ? [`\tkfree(${state});`] : [];
  }
}
