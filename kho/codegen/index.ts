export { type GeneratedFile, nativeHeaders } from './native-headers.ts';
export { releaseExpression } from './release-macro.ts';
