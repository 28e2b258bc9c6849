// What a tree says, for people: Markdown for the editor's hover and the numbers in it.

export { cellAt, cellName, type ValueCell } from './cells.ts';
export { columns } from './columns.ts';
export { elementMeaning } from './element.ts';
export { describeCompatible, describeNode } from './node.ts';
export { hexText, integerText, rangeText, roundSizeText, sizeText } from './number.ts';
export { describeProperty, type PropertyOrigin } from './property.ts';
export { type Region, regionsAround } from './regions.ts';
export { describeValueAt, type PropertyInContext } from './value.ts';
