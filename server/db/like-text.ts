/** Text for `contains`, `startsWith` and `endsWith`, taken as it is: `_`, `%` and the backslash are no wildcards. Both databases escape by a backslash. */
export function likeText(text: string): string {
  return text.replace(/[\\_%]/g, '\\$&');
}
