/**
 * Takes secrets out of what leaves the installation or is only looked at: values of options whose names say that they are secret (in SQL, commented out or not, in runtime
 * configuration, in fields of DLI's API), arguments of a Jar job, and passwords inside of URLs. A placeholder says what belongs in the place.
 */
const SECRET_KEY =
  /(pass(word|wd|phrase)|\bpwd\b|secret|token|credential|private[._-]?key|access[._-]?key|api[._-]?key|account[._-]?key|jaas|keytab|keystore\.key|(^|[._-])(ak|sk)$)/i;
/** `'key' = 'value'` of WITH, OPTIONS and SET; a quote inside is doubled. */
const OPTION = /(['"])((?:(?!\1).)+)\1(\s*=\s*)(['"])((?:(?!\4)[\s\S]|\4\4)*)\4/g;
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"]*:)([^\s@/'"]+)(@)/gi;
const URL_PARAMETER = /([?&;](?:password|secret|token|access_key|secret_key)=)([^&;\s'"]+)/gi;
const ARGUMENT =
  /(--?[A-Za-z0-9_.-]*(?:pass(?:word|wd|phrase)|secret|token|access[._-]?key|api[._-]?key)[A-Za-z0-9_.-]*(?:\s+|=))("[^"]*"|'[^']*'|\S+)/gi;
const PLACEHOLDER = /<secret:([^>]*)>/g;

const placeholder = (key: string): string => `<secret:${key.replace(/[<>'"]/g, '')}>`;

export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key);

function withoutUrlPasswords(text: string): string {
  return text.replace(URL_PASSWORD, `$1${placeholder('password')}$3`).replace(URL_PARAMETER, `$1${placeholder('password')}`);
}

export function sqlWithoutSecrets(sql: string): string {
  const masked = sql.replace(OPTION, (whole, open: string, key: string, equals: string, quote: string, value: string) =>
    value !== '' && isSecretKey(key) ? `${open}${key}${open}${equals}${quote}${placeholder(key)}${quote}` : whole,
  );
  return withoutUrlPasswords(masked);
}

export function argumentsWithoutSecrets(text: string): string {
  return withoutUrlPasswords(text.replace(ARGUMENT, (_whole, name: string) => `${name}${placeholder(name.replace(/^-+|[\s=]+$/g, ''))}`));
}

/** Texts below a key that says secret become placeholders, at any depth. */
export function valueWithoutSecrets(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (value !== '' && isSecretKey(key)) return placeholder(key);
    return key === 'entrypointArgs' || key === 'entrypoint_args' ? argumentsWithoutSecrets(value) : withoutUrlPasswords(value);
  }
  if (Array.isArray(value)) return value.map((item) => valueWithoutSecrets(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, valueWithoutSecrets(item, name)]));
}

/** Names of the placeholders in a text, each once. */
export function placeholdersIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''))];
}
