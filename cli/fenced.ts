/** A report as a block of Markdown, for an editor that shows it as it is. */
export function fenced(text: string): string {
  return `\`\`\`text\n${text}\`\`\`\n`;
}
