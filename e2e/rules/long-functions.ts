/** Finds functions over a limit of lines by the indentation that the formatter gives them. */
/** Start and length of functions by the formatter's indentation: a line that opens a body, up to the line that closes it at the same depth. */
export function longFunctions(text: string, limit: number): { line: number; length: number }[] {
  const lines = text.split('\n');
  const found: { line: number; length: number }[] = [];
  lines.forEach((line, index) => {
    const opens =
      /^(\s*)(?:.*\bfunction\b.*|.*=>\s*|(?:(?:static|async|private|public|protected|override|get|set)\s+)*[#\w]+\s*(?:<[^>]*>)?\(.*\)(?::[^=]*)?\s*)\{$/.exec(
        line,
      );
    if (!opens || /^\s*(if|for|while|switch|catch|else|do|return|describe|it|test)\b/.test(line)) return;
    const indent = opens[1] as string;
    const end = lines.findIndex((other, at) => at > index && other.startsWith(`${indent}}`));
    if (end - index + 1 > limit) found.push({ line: index + 1, length: end - index + 1 });
  });
  return found;
}
