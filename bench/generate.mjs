// Sources of any size to measure with: the same size, shape and seed give the same bytes.

/** A small generator of numbers (xorshift32), so that inputs do not depend on the platform. */
function numbers(seed) {
  let state = seed || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** DTS of about `sizeBytes`, as domains of subsystems of sessions of files, 39 bytes a line. */
export function nestedSource(sizeBytes, seed = 1) {
  const next = numbers(seed);
  const lines = ['/dts-v1/;', '', '/ {', '\tcompatible = "bench-v1";'];
  let size = 0;
  const push = (line) => {
    lines.push(line);
    size += line.length + 1;
  };
  const node = (depth, name) => {
    const indent = '\t'.repeat(depth);
    push(`${indent}${name} {`);
    push(`${indent}\tcompatible = "bench,level${depth}-v1";`);
    for (let i = 0; i < 4; i++)
      push(`${indent}\tstate-${i} = <0x${next(2 ** 31).toString(16)} ${next(1000)}>;`);
    const children = depth < 5 ? 2 + next(14) : 0;
    for (let i = 0; i < children && size < sizeBytes; i++) node(depth + 1, `level${depth}-${i}`);
    push(`${indent}};`);
  };
  for (let i = 0; size < sizeBytes; i++) node(1, `domain-${i}`);
  lines.push('};', '');
  return lines.join('\n');
}

/** The same of about `count` lines. */
export function nestedLines(count, seed = 1) {
  return nestedSource(count * 34, seed);
}
