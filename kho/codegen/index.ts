export { type GenerateCOptions, generateC, releaseFor } from './generate-c.ts';
export { type GeneratedFile, nativeHeaders } from './native-headers.ts';
export { releaseExpression } from './release-macro.ts';
