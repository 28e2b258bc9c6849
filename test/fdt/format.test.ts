// What formatting does to white space, and that it does nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type FormatOptions,
  formatDts,
  formatDtsRange,
  formatDtsTyped,
  formattedText,
  type SourceEdit,
  type TypedCharacter,
  unformattedSpans,
} from '../../fdt/index.ts';

/** Formats `input`, which must become `expected` and stay so. */
function check(
  name: string,
  input: string,
  expected: string = input,
  options: FormatOptions = {},
): void {
  test(name, () => {
    assert.equal(formattedText({ path: 'a.kho', text: input }, options), expected);
    assert.equal(formattedText({ path: 'a.kho', text: expected }, options), expected);
  });
}

/** The same for what stands in a node, where it is indented by a tab. */
function checkInside(
  name: string,
  input: string,
  expected: string = input,
  options: FormatOptions = {},
): void {
  const inside = (text: string): string => `/ {\n${text.replace(/^(?=.)/gm, '\t')}};\n`;
  check(name, inside(input), inside(expected), options);
}

check('nothing', '');
check('white space', ' \n\n');
check(
  'a whole file',
  '/dts-v1/;/{a;b{c=<1>;};};',
  '/dts-v1/;\n/ {\n\ta;\n\n\tb {\n\t\tc = <1>;\n\t};\n};\n',
);
check('a fragment', 'a { b ; } ;', 'a {\n\tb;\n};\n');
check(
  'headers',
  '/dts-v1/ ;/plugin/;\n\n\n/memreserve/  0x10\n0x20 ; l: /memreserve/ (1+2) 3;\n/include/"a.dtsi"\n/ {\n};',
  `/dts-v1/;
/plugin/;

/memreserve/ 0x10 0x20;
l: /memreserve/ (1 + 2) 3;
/include/ "a.dtsi"
/ {
};
`,
);
check(
  'directives about nodes',
  '/ { };\n&l  {/delete-property/ a;/delete-node/   b;};\n/delete-node/&{/a/b} ;/omit-if-no-ref/ &l;',
  `/ { };
&l {
	/delete-property/ a;
	/delete-node/ b;
};
/delete-node/ &{/a/b};
/omit-if-no-ref/ &l;
`,
);
check('labels', 'l:m:  n{ o:p: q; };', 'l: m: n {\n\to: p: q;\n};\n');
check('line ends of DOS', '/ {\r\n\r\n\ta;\r\n b;\r\n};\r\n', '/ {\r\n\ta;\r\n\tb;\r\n};\r\n');
check('line ends of both kinds', '/ {\r\n\ta;\n};\r\n', '/ {\n\ta;\n};\n');
check('a byte order mark', '\ufeff  / { };', '\ufeff/ { };\n');
check('white space at ends of lines', '/ {  \n\ta; \t\n}; \n \n', '/ {\n\ta;\n};\n');
check('an empty node of several lines', '/ {\n\n};', '/ {\n};\n');
check(
  'spaces instead of tabs',
  '/ {\n\ta {\n\t\tb = <1>,\n<2>;\n\t};\n};',
  '/ {\n  a {\n    b = <1>,\n        <2>;\n  };\n};\n',
  { indentSpaces: 2 },
);

checkInside('empty lines', '\n\na;\n\n\n\nb;\n\n', 'a;\n\nb;\n');
checkInside(
  'an empty line before the first node',
  'a;\nb {\n\tc;\n};\nd { };\n',
  'a;\n\nb {\n\tc;\n};\nd { };\n',
);
checkInside(
  'an empty line before what is said of the first node',
  'a; // of a\n// of b\n/* more */\nb { };\n',
  'a; // of a\n\n// of b\n/* more */\nb { };\n',
);
checkInside('one empty line is enough', 'a;\n/* of a */\n\nb { };\n');

checkInside('values', 'a="x",<1  2>,[ 00  ab] ;\n', 'a = "x", <1 2>, [00 ab];\n');
checkInside('bytes as they are grouped', 'a = [00ab l: cd ef];\n');
checkInside('widths', 'a=/bits/64<1>;\n', 'a = /bits/ 64 <1>;\n');
checkInside('references', 'a=<&b&{/c}>,&d;\n', 'a = <&b &{/c}>, &d;\n');
checkInside('labels in values', 'a = l:<m:1 2 n:> o:,p:"x";\n', 'a = l: <m: 1 2 n:> o:, p: "x";\n');
checkInside('characters', `a = <'a''\\''>;\n`, `a = <'a' '\\''>;\n`);
checkInside('files', 'a = /incbin/ ( "x",1,(2) );\n', 'a = /incbin/("x", 1, (2));\n');
checkInside(
  'expressions',
  'a = <( 1+2*( -3 ) ) (1<<2?~1:!0)>;\n',
  'a = <(1 + 2 * (-3)) (1 << 2 ? ~1 : !0)>;\n',
);
checkInside(
  'macros',
  'a = <ONE TWO(1,( 2 )) THREE( ) (FOUR|5)>;\n',
  'a = <ONE TWO(1, (2)) THREE() (FOUR | 5)>;\n',
);
checkInside('names with signs', '#cells = <1>;\na,b-c.d+e?f*g@h;\n\\delete-node = "x";\n');
checkInside('a string of several lines', 'a = "x\n  y" ;\n', 'a = "x\n  y";\n');

const WIDE = Array.from({ length: 16 }, (_, i) => `0x${(4096 + i).toString(16)}`).join(' ');

checkInside(
  'lines that the user ended',
  'a = "x",\n  "y", "z"\n,\n"u";\n',
  `a = "x",
    "y", "z",
    "u";
`,
);
checkInside(
  'lines that nobody needs',
  'a\n=\n"x"\n;\nb = /bits/\n8 <\n1 2\n>;\n',
  'a = "x";\nb = /bits/ 8 <1 2>;\n',
);
checkInside(
  'strings that are too many for a line',
  `a = ${Array.from({ length: 6 }, (_, i) => `"vendor,device-${i}-of-many"`).join(', ')};\n`,
  `a = "vendor,device-0-of-many", "vendor,device-1-of-many", "vendor,device-2-of-many",
    "vendor,device-3-of-many", "vendor,device-4-of-many", "vendor,device-5-of-many";
`,
);
checkInside(
  'cells that are too many for a line',
  `values = <${WIDE}>;\n`,
  `values = <0x1000 0x1001 0x1002 0x1003 0x1004 0x1005 0x1006 0x1007 0x1008 0x1009 0x100a
          0x100b 0x100c 0x100d 0x100e 0x100f>;
`,
);
checkInside(
  'bytes that are too many for a line',
  `bytes = [${'0123456789abcdef '.repeat(6)}];\n`,
  `bytes = [0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef
         0123456789abcdef 0123456789abcdef];
`,
);
checkInside(
  'a list of tuples that is too long for a line',
  `${'p'.repeat(30)} = <1 2>, <${WIDE.slice(0, 40)}>, <3 4>, <5 6>;\n`,
  `${'p'.repeat(30)} = <1 2>, <${WIDE.slice(0, 40)}>, <3 4>,
${' '.repeat(33)}<5 6>;
`,
);
checkInside(
  'columns',
  'a = <1 200 &b\n 3000 4 &longer\n5 6>;\n',
  `a = <   1 200 &b
     3000   4 &longer
        5   6>;
`,
);
checkInside(
  'rows that are not alike',
  'a = <1 2 3\n4 5\n  6 7 8>;\n',
  `a = <1 2 3
     4 5
     6 7 8>;
`,
);
checkInside(
  'columns with comments',
  'a = <1 2 // one\n30 40 // two\n// three\n5 6>;\n',
  `a = < 1  2 // one
     30 40 // two
     // three
      5  6>;
`,
);
checkInside(
  'expressions of several lines',
  'a = <1 (2 +\n3 |\n(4\n))>;\n',
  `a = <1 (2 +
        3 |
        (4))>;
`,
);
checkInside(
  'what stands too far right to be aligned with',
  `${'p'.repeat(80)} = "x",\n"y";\n`,
  `${'p'.repeat(80)} = "x",\n\t"y";\n`,
);

const tuplesOf = (size: number): FormatOptions => ({
  elementsPerTuple: ({ nameSpan: { source, start, end }, bits }) =>
    source.text.slice(start, end) === 'mem' && bits !== 8 ? size : undefined,
});
checkInside('tuples in one line', 'mem = <1 2 3 4>;\n', undefined, tuplesOf(2));
checkInside(
  'tuples in several lines',
  'mem = <0x10 2 3\n4 50 6>;\nb = <1 2 3\n4 5 6>;\n',
  `mem = <0x10 2
          3 4
         50 6>;
b = <1 2 3
     4 5 6>;
`,
  tuplesOf(2),
);
checkInside('a tuple that is not whole', 'mem = <1 2\n       3>;\n', undefined, tuplesOf(2));
checkInside(
  'too many tuples for a line',
  `l: mem = <${WIDE}>;\n`,
  `l: mem = <0x1000 0x1001 0x1002 0x1003
          0x1004 0x1005 0x1006 0x1007
          0x1008 0x1009 0x100a 0x100b
          0x100c 0x100d 0x100e 0x100f>;
`,
  tuplesOf(4),
);
checkInside('single elements', 'mem = <1 2 3\n       4 5 6>;\n', undefined, tuplesOf(1));
checkInside(
  'tuples of other widths',
  'mem = /bits/ 8 <1 2 3\n4 5 6>;\n',
  `mem = /bits/ 8 <1 2 3
                4 5 6>;
`,
  tuplesOf(2),
);

checkInside(
  'comments of lines',
  '// one\na; // two\nb = <1 // three\n2>; // four\n',
  `// one
a; // two
b = <1 // three
     2>; // four
`,
);
checkInside(
  'comments within lines',
  '/* one */a/* two */=/* three */<1/* four */2>/* five */;/* six */b;\n',
  `/* one */ a /* two */ = /* three */ <1 /* four */ 2> /* five */; /* six */
b;
`,
);
checkInside(
  'comments that were aligned',
  'a;     // one\nbcd;   // two\ne;     // three\nf;  // four\n',
  `a;   // one
bcd; // two
e;   // three
f; // four
`,
);
check(
  'comments with stars',
  'a{\n/*\n* one\n*\n      * two   \n*/\nb; };\n',
  `a {
	/*
	 * one
	 *
	 * two
	 */
	b;
};
`,
);
check(
  'comments without stars',
  'a{\n  /* one\n       two\n\n     three\n  */\nb; };\n',
  `a {
	/* one
	     two

	   three
	*/
	b;
};
`,
);
check('a comment at the end', 'a { };\n  // b\n', 'a { };\n// b\n');
check('comments after braces', 'a { // b\nc;\n}; // d\n', 'a { // b\n\tc;\n}; // d\n');

check(
  'what the preprocessor reads',
  '#include <a.h>\n  #define X \\\n   a  {\na{\n  # if  X\nb;\n #endif // X\n\n\nc;};\n',
  `#include <a.h>
  #define X \\
   a  {
a {
  # if  X
	b;
 #endif // X

	c;
};
`,
);
check(
  'line markers',
  'a{\n# 1 "b"\nc;\n#line 5\nd;};\n',
  'a {\n# 1 "b"\n\tc;\n#line 5\n\td;\n};\n',
);
check(
  'line markers in a statement',
  'a {\nb = <1\n# 1 "b"\n2>,\n# 2 "b"\n\n"c"\n# 3 "b"\n;\n};\n',
  'a {\n\tb = <1\n# 1 "b"\n\t     2>,\n# 2 "b"\n\t    "c"\n# 3 "b"\n\t    ;\n};\n',
);
check(
  'what is switched off',
  'a{\n  /* kho-format off */\nb  =<1>;\n\n\n c {\n// kho-format on\nd;  };\n};',
  `a {
	/* kho-format off */
b  =<1>;


 c {
// kho-format on
		d;
	};
};
`,
);
check('all of it switched off', '// kho-format off\n a  ;\n\n');

/** What is broken, between statements that are not. */
for (const broken of [
  'b  =  ;',
  'b  =  <1  2 ;',
  'b  c;',
  'b  =  "x  ;',
  '/nothing/  b;',
  'b  =  <1>',
  'b  =  /bits/  <1>;',
  'b  =  <1  #2>;',
  '&{b  =  c;',
  '*/  b;',
  'b  =  /include/  "c";',
  'b  =  <1\n#ifdef  X',
])
  test(`broken: ${broken}`, () => {
    const text = `x{\n a;\n  ${broken}\nd;};\n`;
    const formatted = formattedText({ path: 'a.kho', text });
    assert.ok(formatted.includes(`  ${broken}\n`), formatted);
    assert.ok(formatted.startsWith('x {\n\ta;\n'), formatted);
    assert.ok(/\n\t?d;\n/.test(formatted), formatted);
    assert.equal(formattedText({ path: 'a.kho', text: formatted }), formatted);
  });

check(
  'what follows a brace without a semicolon',
  'x{\ny{ }  c  d;\nd;};\n',
  'x {\n\ty { }  c  d;\n\td;\n};\n',
);
check('two braces', 'x{ y{ } }', 'x {\n\ty { }\n}\n');

test('what is left as it is', () => {
  const source = { path: 'a.kho', text: 'a { b = ; c; d e; };' };
  const texts = unformattedSpans(source).map(({ start, end }) => source.text.slice(start, end));
  assert.deepEqual(texts, ['b = ;', 'd e;']);
});
check('a comment that is not closed', 'a  {\n b;\n  /* c  ;\n', 'a {\n\tb;\n  /* c  ;\n');

/** Replaces what stands between two `|`, or types what stands before one. */
function checkPart(name: string, input: string, expected: string, typed?: TypedCharacter): void {
  test(name, () => {
    const [before = '', inside = '', after] = input.split('|');
    const text = before + inside + (after ?? '');
    const source = { path: 'a.kho', text };
    const range = { start: before.length, end: before.length + inside.length };
    const edits =
      typed === undefined
        ? formatDtsRange(source, range)
        : formatDtsTyped(source, before.length, typed);
    assert.equal(applied(text, edits), expected);
  });
}

function applied(text: string, edits: readonly SourceEdit[]): string {
  let result = '';
  let at = 0;
  for (const { span, text: replacement } of edits) {
    assert.ok(span.start >= at);
    result += text.slice(at, span.start) + replacement;
    at = span.end;
  }
  return result + text.slice(at);
}

checkPart('a line', ' a{\n b  ;\n| c  ;  |\n\n\n d  ;\n};\n', ' a{\n b  ;\n\tc;\n\n\n d  ;\n};\n');
checkPart(
  'lines',
  ' a{\n b |= <1\n  2>;\n c| ;\n d ;\n};',
  ' a{\n\tb = <1\n\t     2>;\n\tc;\n d ;\n};',
);
checkPart('up to a line', 'a{\n| b ;\n| c ;\n};', 'a{\n\tb;\n c ;\n};');
checkPart('the place of the cursor', 'a{\n b || ;\n c ;\n};', 'a{\n\tb;\n c ;\n};');
checkPart('an empty line', 'a{\n|  |\n c ;\n};', 'a{\n  \n c ;\n};');
checkPart('the last line', 'a{ };\n|b  { };|', 'a{ };\nb { };\n');
checkPart('statements of one line', 'a{\n|b ;  c ;|\n};', 'a{\n\tb;\n\tc;\n};');

checkPart('a semicolon', ' a{\n b  =<1>;|  \n c ;\n};', ' a{\n\tb = <1>;  \n c ;\n};', ';');
checkPart('a semicolon within a line', 'a{ b  ;| c ;\n};', 'a{ b;| c ;\n};'.replace('|', ''), ';');
checkPart('a semicolon in a string', 'a{\n b  = "c;|";\n};', 'a{\n b  = "c;";\n};', ';');
checkPart('a semicolon in a comment', 'a{\n // b  ;|\n};', 'a{\n // b  ;\n};', ';');
checkPart('a semicolon after a brace', 'a{\n b ;\n  };|', 'a{\n b ;\n};', ';');
checkPart('a brace', ' a {\n b {\n c ;\n  }|\n d ;\n};', ' a {\n\tb {\n c ;\n\t}\n d ;\n};', '}');
checkPart('a brace within a line', 'a{ b  { c ;  }|; };', 'a{ b { c ;  }; };', '}');
checkPart('a brace that closes nothing', '  a;\n  }|', '  a;\n  }', '}');
checkPart('a path', 'a {\n b  = &{/c}|\n};', 'a {\n b  = &{/c}\n};', '}');

checkPart('a line end', 'a {\n|\n};', 'a {\n\t\n};', '\n');
checkPart('a line end that is right', 'a {\n\t|\n};', 'a {\n\t\n};', '\n');
checkPart('a line end before a statement', 'a {\n    |b;\n};', 'a {\n\tb;\n};', '\n');
checkPart('a line end before a brace', 'a {\n\tb {\n\t\t|};\n};', 'a {\n\tb {\n\t};\n};', '\n');
checkPart('a line end in cells', 'a {\n\tb = <1\n|\n};', 'a {\n\tb = <1\n\t     \n};', '\n');
checkPart('a line end in values', 'a {\n\tb = "c",\n|\n};', 'a {\n\tb = "c",\n\t    \n};', '\n');
checkPart('a line end after =', 'a {\n\tb =\n|\n};', 'a {\n\tb =\n\t    \n};', '\n');
checkPart('a line end after a value', 'a {\n\tb = <1>\n|\n};', 'a {\n\tb = <1>\n\t\n};', '\n');
checkPart('a line end in a comment', 'a {\n\t/* b\n|\n};', 'a {\n\t/* b\n\n};', '\n');
checkPart('a line end before a marker', 'a {\n|# 1 "b"\n};', 'a {\n# 1 "b"\n};', '\n');
checkPart('a line end of DOS', 'a {\r\n|\r\n};', 'a {\r\n\t\r\n};', '\n');

test('many levels', () => {
  const levels = 50_000;
  const text = 'a{'.repeat(levels) + '};'.repeat(levels);
  const formatted = formattedText({ path: 'a.kho', text });
  assert.equal(formatted.replaceAll(/\s/g, ''), text);
  assert.match(formatted, /^\t{32}a \{$/m);
  assert.ok(formatted.length < levels * 100);
  assert.equal(formatDts({ path: 'a.kho', text: formatted }).length, 0);
});
