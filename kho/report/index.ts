// A decoded handover, for people and for programs.
export { handoverToJson, type Json } from './handover-json.ts';
export { formatHandover, type TextOptions } from './handover-text.ts';
export { drawMemory } from './memory-drawing.ts';
