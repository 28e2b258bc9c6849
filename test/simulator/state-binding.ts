/** What describes the FDT that stateDriver() hands over. */
export const STATE_BINDING = `
$id: state-v1
title: State of a test
kho-releases: [6.16..]
properties:
  compatible:
    const: state-v1
  folio:
    $ref: /schemas/types.yaml#/definitions/uint64
    kho-phys: { of: a folio, size: folio-size }
  folio-size:
    $ref: /schemas/types.yaml#/definitions/uint64
  pages:
    $ref: /schemas/types.yaml#/definitions/uint64
    kho-phys: { of: pages, size: pages-size }
  pages-size:
    $ref: /schemas/types.yaml#/definitions/uint64
  area:
    kho-struct: kho_vmalloc
    maxItems: 1
  alloc:
    $ref: /schemas/types.yaml#/definitions/uint64
    kho-phys: { of: zeroed memory, size: alloc-size }
  alloc-size:
    $ref: /schemas/types.yaml#/definitions/uint64
required: [compatible, folio, folio-size, pages, pages-size]
additionalProperties: false
`;
