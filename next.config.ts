/** Next.js: no bundling of database drivers and Kafka or S3 clients (they load files and natives by themselves). */
import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: false,
  // Types are a suite of `npm test`; a start does not check the tests' types again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    '@prisma/client',
    '@prisma/adapter-libsql',
    '@prisma/adapter-pg',
    '@libsql/client',
    'libsql',
    'pg',
    '@platformatic/kafka',
    '@aws-sdk/client-s3',
  ],
  // The address bar of the development server may say either.
  allowedDevOrigins: ['127.0.0.1', 'localhost'],
};

export default config;
