/** JDBC urls of PostgreSQL: `jdbc:postgresql://host:port/database?sslmode=…&currentSchema=…`. Source: pgJDBC's documentation. */

export interface JdbcUrl {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** `encrypt`: TLS without a check of the certificate, as sslmode=require means. */
  readonly tls: 'no' | 'encrypt' | 'verify-ca' | 'verify-full';
  readonly schema: string | null;
  readonly user: string | null;
  readonly password: string | null;
  /** Parameters that change nothing here. */
  readonly ignored: readonly string[];
}

const TLS_BY_MODE: Readonly<Record<string, JdbcUrl['tls']>> = {
  disable: 'no',
  allow: 'no',
  prefer: 'no',
  require: 'encrypt',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};
const READ = ['sslmode', 'ssl', 'currentSchema', 'user', 'password'];

export function parseJdbcUrl(text: string): JdbcUrl | { readonly problem: string } {
  const scheme = /^jdbc:([a-z0-9]+):/i.exec(text)?.[1]?.toLowerCase();
  const form = "'jdbc:postgresql://host:5432/database'";
  if (scheme !== undefined && scheme !== 'postgresql') {
    return {
      problem: `Connector 'jdbc' speaks PostgreSQL only; a url of '${scheme}' is not supported by the embedded engine yet. Write ${form}.`,
    };
  }
  const match = /^jdbc:postgresql:\/\/(\[[0-9a-f:.]+\]|[^:/?#[\]@,]+)(?::(\d{1,5}))?\/([^?#/]+)(?:\?(.*))?$/i.exec(text);
  if (match === null) return { problem: `Option 'url' must have the form ${form}.` };
  const parameters = new URLSearchParams(match[4] ?? '');
  const mode = parameters.get('sslmode') ?? (/^(|true)$/i.test(parameters.get('ssl') ?? 'false') ? 'verify-full' : 'prefer');
  const tls = TLS_BY_MODE[mode];
  if (tls === undefined)
    return { problem: `Parameter 'sslmode' of 'url' must be one of ${Object.keys(TLS_BY_MODE).join(', ')}, not '${mode}'.` };
  return {
    host: match[1],
    port: Number(match[2] ?? 5432),
    database: decodeURIComponent(match[3]),
    tls,
    schema: parameters.get('currentSchema'),
    user: parameters.get('user'),
    password: parameters.get('password'),
    ignored: [...new Set(parameters.keys())].filter((name) => !READ.includes(name)),
  };
}
